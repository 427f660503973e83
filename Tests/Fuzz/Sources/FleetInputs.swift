// What may come to daemon and receiver on the broker's topics. Whatever is taken is written again and must then be
// taken as the same.
import Documents
import FleetContract
import Vocabulary

enum FleetInputs {
  private static let vehicle = VehicleID("van-7")

  private static func topic(_ channel: Topic.Channel) -> Topic {
    guard let vehicle else { preconditionFailure("no vehicle") }
    return Topic(vehicle, channel)
  }

  /// The first byte chooses what the rest is: bare columns, a compressed content, or a whole message.
  static func feedTelemetry(_ bytes: [UInt8]) {
    let rest = Array(bytes.dropFirst())
    switch (bytes.first ?? 0) % 3 {
    case 0: feedColumns(rest)
    case 1:
      guard let columns = try? decompressTelemetry(rest) else { return }
      precondition(columns.count <= ColumnLimit.bytes, "more than a batch may hold")
      feedColumns(columns)
    default:
      guard let message = try? TelemetryMessage(decoding: rest, from: topic(.lane(.telemetry))) else { return }
      let again = try? TelemetryMessage(decoding: message.encoded, from: topic(.lane(.telemetry)))
      precondition(again == message, "another message when sent on")
      check(first: message.firstSequence, message.sequence)
      guard case .columns(let frame) = message.content, let columns = try? decompressTelemetry(frame) else { return }
      feedColumns(columns)
    }
  }

  private static func feedColumns(_ bytes: [UInt8]) {
    guard let signals = read(bytes), let decoder = try? ColumnDecoder(bytes) else { return }
    let rows = signals.reduce(0) { $0 + $1.rows.count }
    precondition(rows <= ColumnLimit.samples, "more than a batch may hold")
    let again: [UInt8]
    do {
      var encoder = try ColumnEncoder(
        seconds: decoder.seconds, intervals: decoder.intervals, hasNames: decoder.hasNames)
      for signal in signals { try encoder.add(signal) }
      again = encoder.finish()
    } catch { preconditionFailure("read and cannot be written: \(error)") }
    guard let second = read(again) else { preconditionFailure("written and cannot be read") }
    precondition(second.count == signals.count, "another number of signals")
    for (a, b) in zip(signals, second) {
      precondition(a.number == b.number && a.name == b.name && a.rows.count == b.rows.count, "another signal")
      precondition(zip(a.rows, b.rows).allSatisfy(areSame), "another value")
    }
    precondition(rows > 10_000 || (try? columnsJSON(bytes)) != nil, "columns that cannot be shown")
  }

  private static func read(_ bytes: [UInt8]) -> [SignalColumn]? {
    guard var decoder = try? ColumnDecoder(bytes) else { return nil }
    var signals: [SignalColumn] = []
    var signal = SignalColumn()
    do { while try decoder.next(&signal) { signals.append(signal) } } catch { return nil }
    return signals
  }

  private static func areSame(_ a: ColumnRow, _ b: ColumnRow) -> Bool {
    a.position == b.position && a.count == b.count && a.last.bitPattern == b.last.bitPattern
      && a.minimum.bitPattern == b.minimum.bitPattern && a.maximum.bitPattern == b.maximum.bitPattern
      && a.sum.bitPattern == b.sum.bitPattern
  }

  /// On the topic of the lane that the first byte chooses.
  static func feedEvent(_ bytes: [UInt8]) {
    let lane: Lane = (bytes.first ?? 0) & 1 == 0 ? .events : .alerts
    let rest = Array(bytes.dropFirst())
    guard let event = try? CloudEvent(decoding: rest, from: topic(.lane(lane))) else { return }
    precondition(event.lane == lane, "an event of another lane")
    check(first: event.firstSequence, event.sequence)
    // Escapes and spaces may make it larger than it came, so what is too large then is no failure.
    let sent = event.encoded
    guard sent.count <= CloudEvent.sizeLimit else { return }
    precondition((try? CloudEvent(decoding: sent, from: topic(.lane(lane)))) == event, "another event when sent on")
  }

  static func feedAcknowledgement(_ bytes: [UInt8]) {
    guard let message = try? AcknowledgementMessage(decoding: bytes) else { return }
    let ranges = message.ranges.values.joined()
    precondition(ranges.count <= AcknowledgementMessage.rangeLimit, "more ranges than there may be")
    precondition(
      ranges.allSatisfy { $0.lowerBound >= 1 && $0.upperBound <= CloudEvent.sequenceLimit }, "no sequence")
    guard let again = try? AcknowledgementMessage(decoding: message.encoded) else {
      preconditionFailure("written and cannot be read")
    }
    // A lane without ranges is left out when it is written.
    precondition(again.ranges == message.ranges.filter { !$0.value.isEmpty }, "other ranges")
    precondition(
      again.epoch == message.epoch && again.receiver == message.receiver && again.renewsEpoch == message.renewsEpoch,
      "another acknowledgement")
  }

  static func feedStatus(_ bytes: [UInt8]) {
    guard let status = StatusDocument(decoding: bytes) else { return }
    let sent = status.encoded
    guard sent.count <= StatusDocument.sizeLimit else { return }
    guard let again = StatusDocument(decoding: sent) else { preconditionFailure("written and cannot be read") }
    precondition(again.epoch == status.epoch && again.boot == status.boot, "another status")
    precondition(again.isOnline == status.isOnline && again.version == status.version, "another status")
    precondition(Lane.allCases.allSatisfy { (again.queued[$0] ?? 0) == (status.queued[$0] ?? 0) }, "other queues")
  }

  private static func check(first: Int64?, _ sequence: Int64) {
    precondition(1...CloudEvent.sequenceLimit ~= sequence, "no sequence")
    precondition(first.map { 1...sequence ~= $0 } ?? true, "no range")
  }
}
