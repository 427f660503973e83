// The command line: vehicle INTERFACE [options].
import VehicleSimulator

struct Arguments {
  struct Phase {
    enum Kind: String {
      case drive
      /// The engine is off and the ignition on: units answer.
      case stand
      case park
    }

    var kind: Kind
    var seconds: Double
  }

  var interface = ""
  var kind = SimulatedVehicle.Kind.petrol
  var seed: UInt64 = 7
  var script: [Phase] = []
  /// Seconds of the vehicle's life in one second, while it is driven.
  var speed = 1.0
  /// Sends what the vehicle sends of itself; else its buses are silent but for answers.
  var hasOwnTraffic = false
  var refusesMany = false
  /// Seconds that units take to answer.
  var delay = 0.004
  /// A petrol car that speaks OBD-II with 29 bits.
  var isExtended = false
  var answersAsleep = false

  static let usage = """
    vehicle INTERFACE [--kind petrol|diesel|ev|truck] [--seed N] [--script "drive 30, stand 9, park 30"]
                      [--speed N] [--own-traffic] [--refuse-multi] [--slow MS] [--29-bit] [--answers-asleep]
    """

  init(_ words: [String]) throws(ArgumentError) {
    var rest = words[...]
    var script = "drive 30"
    func value(of option: String) throws(ArgumentError) -> String {
      guard let value = rest.popFirst() else { throw ArgumentError(description: "\(option) wants a value") }
      return value
    }
    func number(of option: String) throws(ArgumentError) -> Double {
      let text = try value(of: option)
      guard let number = Double(text), number >= 0 else {
        throw ArgumentError(description: "\(option) \(text): not a number of 0 or more")
      }
      return number
    }
    while let word = rest.popFirst() {
      switch word {
      case "--kind":
        let name = try value(of: word)
        guard let known = SimulatedVehicle.Kind(rawValue: name) else {
          throw ArgumentError(description: "--kind \(name): petrol, diesel, ev or truck")
        }
        kind = known
      case "--seed": seed = UInt64(try number(of: word))
      case "--script": script = try value(of: word)
      case "--speed": speed = max(1, try number(of: word))
      case "--own-traffic": hasOwnTraffic = true
      case "--refuse-multi": refusesMany = true
      case "--slow": delay = try number(of: word) / 1000
      case "--29-bit": isExtended = true
      case "--answers-asleep": answersAsleep = true
      default:
        guard interface.isEmpty && !word.hasPrefix("-") else {
          throw ArgumentError(description: "\(word): no such option")
        }
        interface = word
      }
    }
    guard !interface.isEmpty else { throw ArgumentError(description: "which interface?") }
    self.script = try Arguments.phases(script)
  }

  private static func phases(_ script: String) throws(ArgumentError) -> [Phase] {
    var phases: [Phase] = []
    for part in script.split(separator: ",") {
      let words = part.split(separator: " ")
      guard words.count == 2, let seconds = Double(words[1]), let kind = Phase.Kind(rawValue: String(words[0])) else {
        throw ArgumentError(description: "--script: \(part): write `drive SECONDS`, `stand SECONDS` or `park SECONDS`")
      }
      phases.append(Phase(kind: kind, seconds: seconds))
    }
    return phases
  }
}

struct ArgumentError: Error, CustomStringConvertible {
  var description: String
}
