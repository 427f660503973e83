// Where roll-ups come from: frames of a recording through the tree's own decoder, samples as text, or made up.
import DecoderCore
import Decoding
import Glibc
import Pipeline
import Recordings
import Vocabulary

struct RollUpSet {
  /// What a second's roll-ups are, and when it began, in seconds since 1970.
  struct Second {
    var interval: Int64
    var rollUps: [RollUp]
  }

  private(set) var catalogue = SignalCatalogue()
  private(set) var seconds: [Second] = []
  /// What was rolled up.
  private(set) var rawSamples = 0

  var samples: Int { seconds.reduce(0) { $0 + $1.rollUps.count } }

  /// Every signal of a network description, over recordings of the same vehicle one after the other.
  init(description path: String, recordings: [String]) throws {
    let description = try NetworkDescription.load(path: path)
    let all = description.compileAll(j1939: false, validity: true)
    for source in all.signals {
      let signal = description.messages[source.message].signals[source.signal]
      let name = description.messages[source.message].name + "." + signal.name
      add(path: "Vehicle.Telltale.CAN." + name, unit: signal.unit)
    }
    var problems: [DecoderTable.Problem] = []
    let table = DecoderTable(all.messages, problems: &problems)
    var samples = Array(
      repeating: Sample(time: .zero, value: 0, signal: SignalID(rawValue: 0)), count: max(1, table.largestMessage))
    let frames = UnsafeMutableBufferPointer<CANFrame>.allocate(capacity: 256)
    defer { frames.deallocate() }
    var rollUps = RollUps(catalogue, seconds: 1)
    for recording in recordings {
      let reader = try RecordingReader(path: recording)
      let start = Int64(seconds.last?.interval ?? 1_795_228_079) + 1
      var first: Instant?
      while true {
        let count = try reader.read(into: frames)
        if count == 0 { break }
        for frame in frames[..<count] {
          first = first ?? frame.time
          let elapsed = max(0, frame.time.nanoseconds - (first ?? frame.time).nanoseconds)
          var out = samples.mutableSpan
          let decoded = table.decode(frame, into: &out).count
          for i in 0..<decoded { keep(samples[i], at: start * 1_000_000_000 + elapsed, &rollUps) }
        }
      }
      close(&rollUps)
    }
  }

  /// Lines of seconds, path, unit and value with tabs between.
  init(samples path: String) throws {
    guard let file = fopen(path, "r") else { throw Failure(description: "\(path): cannot be read") }
    defer { fclose(file) }
    var lines: [(nanoseconds: Int64, signal: SignalID, value: Double)] = []
    var line: UnsafeMutablePointer<CChar>?
    var capacity = 0
    defer { free(line) }
    while getline(&line, &capacity, file) > 0, let line {
      let parts = String(cString: line).dropLast().split(separator: "\t", omittingEmptySubsequences: false)
      guard parts.count == 4, let time = Double(parts[0]), let value = Double(parts[3]) else {
        throw Failure(description: "\(path): not seconds, path, unit and value with tabs between")
      }
      lines.append((Int64(time * 1e9), add(path: String(parts[1]), unit: String(parts[2])), value))
    }
    var rollUps = RollUps(catalogue, seconds: 1)
    for (nanoseconds, signal, value) in lines {
      keep(Sample(time: .zero, value: value, signal: signal), at: 1_795_228_080_000_000_000 + nanoseconds, &rollUps)
    }
    close(&rollUps)
  }

  /// Ten minutes of signals as vehicles have them: of ten, four stand still, one counts up, four walk at several speeds
  /// and rates, one is noise. Factors are decimal, half of them with an offset.
  init(synthetic count: Int) {
    var state: UInt64 = 42
    func next(_ bound: Int) -> Int {
      state ^= state << 13
      state ^= state >> 7
      state ^= state << 17
      return Int(state % UInt64(bound))
    }
    let factors = [1, 0.1, 0.05, 0.01, 0.25, 0.0078125, 0.4, 1]
    let branches = ["Powertrain.CombustionEngine", "Chassis.Axle.Row1.Wheel.Left", "Body.Lights.Beam.Low", "Cabin.HVAC"]
    let units = ["km/h", "celsius", "", "V"]
    for i in 0..<count { add(path: "Vehicle.\(branches[i % 4]).Signal\(i)", unit: units[i / 4 % 4]) }
    var raw = (0..<count).map { _ in next(4000) }
    var rollUps = RollUps(catalogue, seconds: 1)
    for tick in 0..<6000 {
      for i in 0..<count where tick % [1, 1, 2, 10][i / 10 % 4] == 0 {
        switch i % 10 {
        case 0...3: if next(3000) == 0 { raw[i] = next(4000) }
        case 4: raw[i] += 1
        case 5...8: raw[i] = max(0, raw[i] + next(2 * (i % 10 - 4) + 1) - (i % 10 - 4))
        default: raw[i] = 2000 + next(40)
        }
        let value = Double(raw[i]) * factors[i % 8] + (i / 10 % 2 == 0 ? 0 : -40)
        let sample = Sample(time: .zero, value: value, signal: SignalID(rawValue: UInt16(i)))
        keep(sample, at: 1_795_228_080_000_000_000 + Int64(tick) * 100_000_000, &rollUps)
      }
    }
    close(&rollUps)
  }

  @discardableResult
  private mutating func add(path: String, unit: String) -> SignalID {
    let signal = SignalDescription(path: path, unit: unit, range: -1e300...1e300, staleAfter: 10)
    return catalogue.add(signal) ?? SignalID(rawValue: 0)
  }

  private mutating func keep(_ sample: Sample, at wall: Int64, _ rollUps: inout RollUps) {
    if rollUps.isOver(atWall: wall) { close(&rollUps) }
    if sample.validity == .valid { rawSamples += 1 }
    rollUps.add(sample, wallNanoseconds: wall)
  }

  private mutating func close(_ rollUps: inout RollUps) {
    var second = Second(interval: 0, rollUps: [])
    rollUps.close { start, rollUp in
      second.interval = start / 1_000_000_000
      second.rollUps.append(rollUp)
    }
    if !second.rollUps.isEmpty { seconds.append(second) }
  }
}

struct Failure: Error, CustomStringConvertible {
  let description: String
}
