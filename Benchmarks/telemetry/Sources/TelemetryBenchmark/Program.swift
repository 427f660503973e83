// `telemetry-benchmark frames DBC LOG...`, `samples FILE` or `synthetic SIGNALS`: one set of roll-ups of a second each,
// its size in several encodings, and what encoding and decoding cost. `--oracle FOLDER` writes a batch as columns and
// as JSON instead, for another reader to compare. Benchmarks/telemetry/run is its caller.
import Glibc

@main struct Program {
  static func main() {
    var arguments = Array(CommandLine.arguments.dropFirst())
    var oracle: String?
    if arguments.first == "--oracle", arguments.count > 1 {
      oracle = arguments[1]
      arguments.removeFirst(2)
    }
    do {
      let seconds: RollUpSet
      switch (arguments.first, arguments.count) {
      case ("frames", 3...):
        seconds = try RollUpSet(description: arguments[1], recordings: Array(arguments[2...]))
      case ("samples", 2): seconds = try RollUpSet(samples: arguments[1])
      case ("synthetic", 2): seconds = RollUpSet(synthetic: Int(arguments[1]) ?? 200)
      default:
        print("usage: telemetry-benchmark [--oracle FOLDER] frames DBC LOG... | samples FILE | synthetic SIGNALS")
        exit(2)
      }
      if let oracle { try seconds.writeOracle(to: oracle) } else { try Measurement(seconds).report() }
    } catch {
      print("error: \(error)")
      exit(1)
    }
  }
}
