// A person at a terminal in front of a simulated adapter, in virtual time.
import Vocabulary
import VehicleSimulator

struct Terminal {
  var adapter: SimulatedAdapter
  private(set) var now = Instant.zero

  init(_ personality: AdapterPersonality = .genuine, _ vehicle: AdapterVehicle = AdapterVehicle(), seed: UInt64 = 1) {
    adapter = SimulatedAdapter(personality, vehicle: vehicle, seed: seed)
  }

  /// A vehicle whose engine has been running for a minute, behind an adapter that is set up: no echo, no blanks.
  static func ready(
    _ personality: AdapterPersonality = .genuine, _ vehicle: AdapterVehicle = AdapterVehicle(),
    _ setUp: [String] = ["ATE0", "ATS0", "ATSP6", "0100"]
  ) -> Terminal {
    var terminal = Terminal(personality, vehicle)
    for command in setUp { _ = terminal.say(command) }
    _ = terminal.wait(60)
    return terminal
  }

  /// What it answers up to its prompt, without that; nil where none comes within a minute.
  mutating func say(_ command: String) -> String? {
    type(command + "\r")
    let begin = now
    var text = ""
    while let next = adapter.nextOutput, next.seconds(since: begin) < 60 {
      now = max(now, next)
      for (_, bytes) in adapter.output(until: now) { text += String(decoding: bytes, as: UTF8.self) }
      if text.hasSuffix(">") { return String(text.dropLast()) }
    }
    return nil
  }

  /// The same, line by line without empty ones.
  mutating func lines(_ command: String) -> [String] {
    (say(command) ?? "nothing").split(whereSeparator: { $0 == "\r" || $0 == "\n" || $0 == "\r\n" }).map(String.init)
  }

  /// Seconds up to the prompt.
  mutating func duration(_ command: String) -> Double {
    let begin = now
    _ = say(command)
    return now.seconds(since: begin)
  }

  mutating func type(_ text: String) { adapter.take(Array(text.utf8), at: now) }

  /// What comes in the next seconds.
  mutating func wait(_ seconds: Double) -> String {
    now = now.advanced(seconds: seconds)
    return adapter.output(until: now).reduce(into: "") { $0 += String(decoding: $1.bytes, as: UTF8.self) }
  }

  mutating func turnIgnition(on isOn: Bool) {
    _ = adapter.output(until: now)
    adapter.vehicle.turnIgnition(on: isOn, at: now)
  }
}
