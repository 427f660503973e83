// What a receiver says on the `ack` topic: these sequences are committed in my database, and these never came.
import Documents
public import Vocabulary

/// A receiver's acknowledgement for one vehicle and epoch. One without ranges says only that a receiver is there.
///
///     {"receiver":"depot","epoch":"…","ranges":{"alerts":[[1,20]],"events":[[1,7],[9,12]]},
///      "missing":{"events":[[8,8]]}}
public struct AcknowledgementMessage: Hashable, Sendable {
  /// The receiver's name.
  public var receiver: String
  /// 32 lower-case hexadecimal digits.
  public var epoch: String
  /// Committed sequences, ends included, ascending within a lane.
  public var ranges: [Lane: [ClosedRange<Int64>]]
  /// Sequences that have been missing for long although later ones came, ends included, ascending within a lane: what
  /// the vehicle still has of them it should send now.
  public var missing: [Lane: [ClosedRange<Int64>]]

  /// What the vehicle sends under this epoch contradicts what the receiver has: it should begin a new one.
  public var renewsEpoch: Bool

  /// Most ranges that `ranges` and `missing` may hold each, all lanes together. A receiver sends more in further
  /// messages.
  public static let rangeLimit = 64
  /// Largest message that is taken, bytes.
  public static let sizeLimit = 16 * 1024

  public init(
    receiver: String, epoch: String, ranges: [Lane: [ClosedRange<Int64>]],
    missing: [Lane: [ClosedRange<Int64>]] = [:], renewsEpoch: Bool = false
  ) {
    self.receiver = receiver
    self.epoch = epoch
    self.ranges = ranges
    self.missing = missing
    self.renewsEpoch = renewsEpoch
  }

  public var encoded: [UInt8] {
    var json = JSONText()
    json.beginObject()
    json.member("receiver", receiver)
    json.member("epoch", epoch)
    json.member("ranges", ranges)
    if missing.values.contains(where: { !$0.isEmpty }) { json.member("missing", missing) }
    if renewsEpoch { json.member("renew", true) }
    json.endObject()
    return json.bytes
  }

  public init(decoding payload: [UInt8]) throws(AcknowledgementError) {
    let root: JSONSlice
    do throws(JSONError) {
      root = try JSONSlice(payload, limit: AcknowledgementMessage.sizeLimit)
    } catch { throw .notJSON(error) }
    guard let receiver = root["receiver"]?.string, (1...64).contains(receiver.utf8.count) else {
      throw .invalid("receiver")
    }
    guard let epoch = root["epoch"]?.string, isIdentity(epoch) else { throw .invalid("epoch") }
    guard let committed = root["ranges"] else { throw .invalid("ranges") }
    let ranges = try laneRanges(committed, "ranges")
    let asked = root["missing"]
    let missing = if let asked { try laneRanges(asked, "missing") } else { [:] as [Lane: [ClosedRange<Int64>]] }
    let renews = root["renew"]
    guard renews == nil || renews?.boolean != nil else { throw .invalid("renew") }
    self.init(
      receiver: receiver, epoch: epoch, ranges: ranges, missing: missing, renewsEpoch: renews?.boolean ?? false)
  }
}

/// Reads ranges by lane; `member` is what errors name.
private func laneRanges(
  _ value: JSONSlice, _ member: String
) throws(AcknowledgementError) -> [Lane: [ClosedRange<Int64>]] {
  guard let lanes = value.members else { throw .invalid(member) }
  var ranges: [Lane: [ClosedRange<Int64>]] = [:]
  var count = 0
  for (name, list) in lanes {
    guard let lane = Lane(name: name), ranges[lane] == nil, let pairs = list.elements else { throw .invalid(member) }
    count += pairs.count
    guard count <= AcknowledgementMessage.rangeLimit else { throw .tooManyRanges(AcknowledgementMessage.rangeLimit) }
    ranges[lane] = []
    for pair in pairs {
      guard let ends = pair.elements, ends.count == 2, let first = ends[0].int64, let last = ends[1].int64,
        first >= 1, first <= last, last <= CloudEvent.sequenceLimit
      else { throw .invalid(member + "." + lane.name) }
      ranges[lane]?.append(first...last)
    }
  }
  return ranges
}

extension JSONText {
  /// Ranges by lane: `{"alerts":[[1,20]],…}`; lanes without any are left out.
  fileprivate mutating func member(_ name: String, _ ranges: [Lane: [ClosedRange<Int64>]]) {
    key(name)
    beginObject()
    for lane in Lane.allCases {
      guard let list = ranges[lane], !list.isEmpty else { continue }
      key(lane.name)
      beginArray()
      for range in list {
        beginArray()
        value(range.lowerBound)
        value(range.upperBound)
        endArray()
      }
      endArray()
    }
    endObject()
  }
}

/// Why a message is no acknowledgement.
public enum AcknowledgementError: Error, Equatable, CustomStringConvertible, Sendable {
  case notJSON(JSONError)
  /// A member is missing, of the wrong kind, or out of range.
  case invalid(String)
  case tooManyRanges(Int)

  public var description: String {
    switch self {
    case .notJSON(let error): "acknowledgement: " + error.description
    case .invalid(let member): "acknowledgement: '\(member)' is missing or not what it must be"
    case .tooManyRanges(let limit): "acknowledgement: more than \(limit) ranges in one message"
    }
  }
}
