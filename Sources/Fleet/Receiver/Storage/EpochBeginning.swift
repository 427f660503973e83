// What a new outbox says about itself in its first event, and a tombstone about its range.
import FleetContract
import Vocabulary

/// The content of `epoch.began`.
struct EpochBeginning {
  var reason: String
  var predecessor: String?
  /// The last sequences that the predecessor gave, where they are known and there were any.
  var last: [Lane: Int64] = [:]

  /// Reads the event; nil for one of another type. What does not have the contract's shape is left out.
  init?(_ event: CloudEvent) {
    guard event.type == "epoch.began", let data = try? JSONSlice(event.data, limit: CloudEvent.sizeLimit) else {
      return nil
    }
    reason = word(data["reason"]) ?? "unknown"
    guard let name = data["predecessor"]?.string, name.utf8.count == 32, name != event.epoch,
      name.utf8.allSatisfy({ (0x30...0x39).contains($0) || (0x61...0x66).contains($0) })
    else { return }
    predecessor = name
    for lane in Lane.allCases {
      guard let sequence = data["last"]?[lane.name]?.int64, (1...CloudEvent.sequenceLimit).contains(sequence) else {
        continue
      }
      last[lane] = sequence
    }
  }
}

extension CloudEvent {
  /// Why a tombstone's range was dropped, in the vehicle's word.
  var lossReason: String {
    word((try? JSONSlice(data, limit: CloudEvent.sizeLimit))?["reason"]) ?? "unknown"
  }
}

/// A short word of small letters, as reasons are; nil for anything else.
private func word(_ value: JSONSlice?) -> String? {
  guard let text = value?.string, (1...32).contains(text.utf8.count),
    text.utf8.allSatisfy({ (0x61...0x7A).contains($0) || $0 == UInt8(ascii: "-") })
  else { return nil }
  return text
}
