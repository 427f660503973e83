// What a receiver says on the `ack` topic: these sequences are committed in my database.
import Documents
public import Vocabulary

/// A receiver's acknowledgement for one vehicle and epoch. One without ranges says only that a receiver is there.
///
///     {"receiver":"depot","epoch":"…","ranges":{"alerts":[[1,20]],"events":[[1,7],[9,12]]}}
public struct AcknowledgementMessage: Hashable, Sendable {
  /// The receiver's name.
  public var receiver: String
  /// 32 lower-case hexadecimal digits.
  public var epoch: String
  /// Committed sequences, ends included, ascending within a lane.
  public var ranges: [Lane: [ClosedRange<Int64>]]

  /// Most ranges that one message may hold, all lanes together. A receiver sends more in further messages.
  public static let rangeLimit = 64
  /// Largest message that is taken, bytes.
  public static let sizeLimit = 16 * 1024

  public init(receiver: String, epoch: String, ranges: [Lane: [ClosedRange<Int64>]]) {
    self.receiver = receiver
    self.epoch = epoch
    self.ranges = ranges
  }

  public var encoded: [UInt8] {
    var json = JSONText()
    json.beginObject()
    json.member("receiver", receiver)
    json.member("epoch", epoch)
    json.key("ranges")
    json.beginObject()
    for lane in Lane.allCases {
      guard let list = ranges[lane], !list.isEmpty else { continue }
      json.key(lane.name)
      json.beginArray()
      for range in list {
        json.beginArray()
        json.value(range.lowerBound)
        json.value(range.upperBound)
        json.endArray()
      }
      json.endArray()
    }
    json.endObject()
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
    guard let lanes = root["ranges"]?.members else { throw .invalid("ranges") }
    var ranges: [Lane: [ClosedRange<Int64>]] = [:]
    var count = 0
    for (name, list) in lanes {
      guard let lane = Lane(name: name), ranges[lane] == nil, let pairs = list.elements else {
        throw .invalid("ranges")
      }
      count += pairs.count
      guard count <= AcknowledgementMessage.rangeLimit else { throw .tooManyRanges(AcknowledgementMessage.rangeLimit) }
      ranges[lane] = []
      for pair in pairs {
        guard let ends = pair.elements, ends.count == 2, let first = ends[0].int64, let last = ends[1].int64,
          first >= 1, first <= last, last <= CloudEvent.sequenceLimit
        else { throw .invalid("ranges." + lane.name) }
        ranges[lane]?.append(first...last)
      }
    }
    self.init(receiver: receiver, epoch: epoch, ranges: ranges)
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
