// How many values a second come by an adapter at a port, in real time: by Telltale's way, and as most programs do it.
//
//   elm-rates poll PORT ADAPTERS PARAMETERS SECONDS   ADAPTERS: the folder of packs, PARAMETERS: most in one request
//   elm-rates classic PORT BAUD SECONDS
//
// Writes one JSON object. The time of a cell begins two seconds after its first value.
import Glibc

@main enum ElmRates {
  static func main() {
    do throws(RateError) {
      let words = Array(CommandLine.arguments.dropFirst())
      switch (words.first, words.count) {
      case ("poll", 5):
        var polling = try Polling(port: words[1], adapters: words[2], most: Int(try number(words[3])))
        print(try polling.run(for: try number(words[4])).text)
      case ("classic", 4):
        var classic = try Classic(port: words[1], baud: UInt32(try number(words[2])))
        print(try classic.run(for: try number(words[3])).text)
      default: throw RateError("usage: elm-rates poll PORT ADAPTERS PARAMETERS SECONDS | classic PORT BAUD SECONDS")
      }
    } catch {
      let line = "elm-rates: \(error.description)\n"
      write(STDERR_FILENO, line, line.utf8.count)
      exit(1)
    }
  }

  private static func number(_ text: String) throws(RateError) -> Double {
    guard let number = Double(text), 1...4e6 ~= number else {
      throw RateError("\"\(text)\" is no number of 1 to 4000000")
    }
    return number
  }
}

/// One line.
struct RateError: Error, CustomStringConvertible {
  var description: String
  init(_ description: String) { self.description = description }
}

/// What came of one cell of the table.
struct Rate {
  var seconds = 0.0
  var values: UInt64 = 0
  var requests: UInt64 = 0
  /// To the adapter itself.
  var commands: UInt64 = 0
  /// From the start to the first value, seconds.
  var firstValue = 0.0
  /// What the adapter turned out to be.
  var adapter = ""

  /// What the counters rose by since `start`.
  func since(_ start: Rate, seconds: Double) -> Rate {
    var rate = self
    rate.seconds = seconds
    rate.values -= start.values
    rate.requests -= start.requests
    rate.commands -= start.commands
    return rate
  }

  /// One JSON object; nothing in it needs escapes.
  var text: String {
    "{\"seconds\": \(seconds), \"values\": \(values), \"requests\": \(requests), \"commands\": \(commands), "
      + "\"first_value\": \(firstValue), \"adapter\": \"\(adapter)\"}"
  }
}

/// Seconds before anything is counted, so that what is learned at the beginning is over.
let warmUp = 2.0
/// Seconds within which the first value must come.
let patience = 30.0
