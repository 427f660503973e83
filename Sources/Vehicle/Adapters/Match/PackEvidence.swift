// What speaks for one pack in a recording.
import Health
import ConfigurationFile
import DecoderCore
import Decoding
import Vocabulary

/// Counts for one pack. A class, since its decoder cannot be copied and an array holds copies.
final class PackEvidence {
  private let pack: AdapterPack
  private let vehicle: VehicleDefinition
  private var diagnostic: DiagnosticDecoder
  private var described: DescribedFrames
  /// Of each mapped message, in the order of the table.
  private var messages: [MessageEvidence]
  private var isAnswered: [Bool]
  private var understoodReplies = 0
  private var values = (valid: 0, impossible: 0)
  private var samples: [Sample]

  /// - Throws: when a network description of the pack cannot be read.
  init(_ pack: AdapterPack) throws(ConfigurationError) {
    self.pack = pack
    vehicle = try VehicleDefinition(packs: [pack], overrides: [], file: pack.file)
    diagnostic = vehicle.diagnosticDecoder
    described = DescribedFrames(pack, groups: vehicle.messages.contains { $0.matching == .parameterGroup })
    messages = vehicle.messages.map { [vehicle] message in
      let targets = Set(message.signals.compactMap(\.signal))
      let periods = vehicle.sources.filter { targets.contains($0.signal) }.compactMap(\.period)
      return MessageEvidence(period: periods.min())
    }
    isAnswered = Array(repeating: false, count: vehicle.catalogue.count)
    samples = Array(
      repeating: Sample(time: .zero, value: 0, signal: SignalID(rawValue: 0)),
      count: vehicle.table.largestMessage + diagnostic.largestMessage)
  }

  func observe(_ frame: borrowing CANFrame) {
    described.observe(frame)
    // A span of a class's own array would hold on to the object.
    var out = samples
    samples = []
    observe(frame, into: &out)
    samples = out
  }

  private func observe(_ frame: borrowing CANFrame, into out: inout [Sample]) {
    var room = out.mutableSpan
    let outcome = vehicle.table.decode(frame, into: &room)
    if outcome.isKnown {
      let isWhole = Int(frame.length) == vehicle.messages[outcome.message].length
      messages[outcome.message].observe(frame, isWhole: isWhole)
      judge(out[..<outcome.count])
    }
    guard diagnostic.concerns(frame) else { return }
    let before = diagnostic.counters.obd
    var rest = out.mutableSpan
    let count = diagnostic.decode(frame, with: vehicle.table, into: &rest, from: 0) { _ in }.count
    judge(out[..<count])
    let after = diagnostic.counters.obd
    guard after.replies > before.replies else { return }
    for sample in out[..<count] { isAnswered[sample.signal.index] = true }
    // A second control unit's answer is understood too, although its value is not used.
    if count > 0 || after.otherResponder > before.otherResponder { understoodReplies += 1 }
  }

  /// A value that its sender marks as not available speaks neither for the pack nor against it.
  private func judge(_ samples: ArraySlice<Sample>) {
    for sample in samples {
      if sample.validity == .valid { values.valid += 1 }
      if sample.validity == .outOfRange { values.impossible += 1 }
    }
  }

  // MARK: Judgement

  func fit(in traffic: Traffic) -> AdapterMatch.Fit {
    let seen = messages.count { $0.isSeen }
    let answered = isAnswered.count { $0 }
    let total = values.valid + values.impossible
    let plausible = total > 0 ? Double(values.valid) / Double(total) : nil
    let isFeeding = vehicle.catalogue.descriptions.contains { !ComponentInput.components(fedBy: $0.path).isEmpty }
    let complete = ComponentID.allCases.filter { component in
      ComponentInput.of(component).allSatisfy { input in
        !input.isRequired || input.paths.contains { vehicle.catalogue.id(of: $0) != nil }
      }
    }
    // Values that cannot be weigh twice: a decoder that misreads a message still hits many a range.
    let values = plausible.map { $0 * $0 } ?? 0.5
    // Nobody looks for a pack that no health can come from, however well it fits.
    let use = isFeeding ? 1 : 0.75
    var reasons: [String] = []
    if !messages.isEmpty { reasons.append("\(seen) of \(messages.count) mapped messages seen") }
    if vehicle.parameterCount > 0 {
      reasons.append("\(answered) of \(vehicle.parameterCount) OBD-II parameters answered")
    }
    let score = use * values * max(messageScore(traffic, seen, &reasons), replyScore(answered, &reasons))
    if let plausible { reasons.append("\(percent(plausible)) of the values are possible ones") }
    reasons.append(
      !complete.isEmpty
        ? "with all of its signals enough for " + complete.map(\.name).joined(separator: ", ")
        : isFeeding ? "not enough for any component alone" : "feeds no component")
    return AdapterMatch.Fit(
      pack: pack.name, title: pack.title, score: score, reasons: reasons,
      framesMatched: described.whole + understoodReplies, identifiersMatched: seen + answered,
      identifiersTotal: messages.count + vehicle.parameterCount, plausible: plausible)
  }

  private func messageScore(_ traffic: Traffic, _ seen: Int, _ reasons: inout [String]) -> Double {
    guard seen > 0 else { return 0 }
    let explained = min(1, Double(described.whole) / Double(max(1, traffic.ownFrames)))
    let lengths = Double(described.whole) / Double(max(1, described.frames))
    reasons.append("\(percent(explained)) of the traffic is described")
    if lengths < 0.995 { reasons.append("\(percent(1 - lengths)) of these frames have another length") }
    // A parameter group is the same in every vehicle, and none has them all.
    let isForAll = vehicle.messages.allSatisfy { $0.matching == .parameterGroup }
    let share = isForAll ? Double(seen) / Double(seen + 1) : Double(seen) / Double(messages.count)
    let chance = described.standardIdentifiers * traffic.density
    let beyondChance = max(0, 1 - chance / Double(max(1, described.seen)))
    let alive = Double(messages.count { $0.isSeen && $0.hasChanged }) / Double(seen)
    let timed = messages.compactMap(\.isOnTime)
    let onTime = timed.isEmpty ? 1 : Double(timed.count { $0 }) / Double(timed.count)
    if onTime < 1 { reasons.append("\(timed.count { !$0 }) of \(timed.count) messages come at another rate") }
    return share * beyondChance * lengths * (0.6 + 0.4 * explained) * (0.9 + 0.1 * alive) * (0.8 + 0.2 * onTime)
  }

  private func replyScore(_ answered: Int, _ reasons: inout [String]) -> Double {
    guard answered > 0 else { return 0 }
    let counters = diagnostic.counters.obd
    let all = counters.replies + counters.unknownParameter + counters.malformed
    let share = Double(understoodReplies) / Double(max(1, all))
    reasons.append("\(percent(share)) of \(all) OBD-II replies understood")
    // Every car may answer: a pack that knows this vehicle's own messages goes before.
    return 0.9 * (0.5 + 0.5 * share) * Double(answered) / Double(answered + 1)
  }
}

/// What became of one mapped message.
private struct MessageEvidence {
  /// Seconds between two, as the pack says.
  let period: Double?
  private var frames = 0
  private var whole = 0
  /// Distances to the frame before that are within a factor of five of the period.
  private var timely = 0
  private var last = Instant.zero
  private var word: UInt64 = 0
  private(set) var hasChanged = false

  init(period: Double?) { self.period = period }

  mutating func observe(_ frame: borrowing CANFrame, isWhole: Bool) {
    if frames == 0 {
      word = frame.payload.words[0]
    } else if let period {
      let ratio = frame.time.seconds(since: last) / period
      if ratio > 0.2 && ratio < 5 { timely += 1 }
    }
    if frame.payload.words[0] != word { hasChanged = true }
    frames += 1
    if isWhole { whole += 1 }
    last = frame.time
  }

  /// Whether it was there with its right length, most of the time.
  var isSeen: Bool { whole * 2 > frames }

  /// Whether most frames follow the one before at the pack's rate; nil when it gives none, or too few frames came. A
  /// mean would count the nights that the vehicle was parked.
  var isOnTime: Bool? { period == nil || frames < 4 ? nil : timely * 2 > frames - 1 }
}

/// The frames that a pack's network descriptions know, mapped or not.
private struct DescribedFrames {
  private struct Message {
    var length: Int
    var frames = 0
    var whole = 0
  }
  private var messages: [Message] = []
  private var byIdentifier: [UInt32: Int] = [:]
  private var byGroup: [UInt32: Int] = [:]
  private let bus: UInt8?
  /// How many of the identifiers have 11 bits: those that chance may meet.
  private(set) var standardIdentifiers = 0.0
  /// Frames of known identifiers, and those of them with the right length.
  private(set) var frames = 0
  private(set) var whole = 0

  /// - Parameter groups: whether 29-bit identifiers match by parameter group.
  init(_ pack: AdapterPack, groups: Bool) {
    bus = pack.bus
    // What comes over ISO-TP is no frame.
    for network in pack.networks where network.transport != .isotp {
      // One that cannot be read has refused the pack before.
      guard let description = try? NetworkDescription.load(path: pack.path(of: network)) else { continue }
      for message in description.messages {
        if groups && message.id.isExtended {
          byGroup[message.id.parameterGroup] = messages.count
        } else {
          byIdentifier[message.id.key] = messages.count
        }
        messages.append(Message(length: message.length))
      }
    }
    standardIdentifiers = Double(byIdentifier.keys.count { $0 & CANID.extendedFlag == 0 })
  }

  mutating func observe(_ frame: borrowing CANFrame) {
    let (id, heardOn) = (frame.id, frame.bus)
    guard bus == nil || bus == heardOn else { return }
    let group = id.isExtended ? byGroup[id.parameterGroup] : nil
    guard let index = byIdentifier[id.key] ?? group else { return }
    frames += 1
    messages[index].frames += 1
    guard Int(frame.length) == messages[index].length else { return }
    whole += 1
    messages[index].whole += 1
  }

  /// Messages that were there with the right length, most of the time.
  var seen: Int { messages.count { $0.whole * 2 > $0.frames } }
}

private func percent(_ share: Double) -> String {
  let tenths = (share * 1000).rounded() / 10
  return (tenths == tenths.rounded() ? String(Int(tenths)) : String(tenths)) + " %"
}
