// What a new outbox says about itself in its first event, and a tombstone about its range.
import FleetContract
import Vocabulary

/// The content of `epoch.began`.
struct EpochBeginning {
  /// The greatest last sequence that is believed: a row in each second for 136 years. Whoever claims more would drown
  /// what is missing elsewhere in the fleet.
  static let lastBelieved: Int64 = 1 << 32

  var reason: String
  var predecessor: String?
  /// The last sequences that the predecessor gave, where they are known and there were any.
  var last: [Lane: Int64] = [:]

  /// Reads the event; nil for one of another type.
  /// - Throws: `Malformation` when it claims what cannot be. A word or a member of a later version is none.
  init?(_ event: CloudEvent) throws(Malformation) {
    guard event.type == "epoch.began" else { return nil }
    guard let data = try? JSONSlice(event.data, limit: CloudEvent.sizeLimit), data.kind == .object else {
      throw malformed("data", "be an object")
    }
    reason = word(data["reason"]) ?? "unknown"
    guard let name = data["predecessor"], name.kind != .null else { return }
    guard let name = name.string, isIdentity(name), name != event.epoch else {
      throw malformed("predecessor", "be null or the 32 hexadecimal digits of another epoch")
    }
    predecessor = name
    guard let claims = data["last"], claims.kind != .null else { return }
    guard claims.kind == .object else { throw malformed("last", "be an object with a number for each lane") }
    for lane in Lane.allCases {
      guard let claim = claims[lane.name], claim.kind != .null else { continue }
      guard let sequence = claim.int64, 0...EpochBeginning.lastBelieved ~= sequence else {
        throw malformed("last.\(lane.name)", "be null or a whole number, 0 to 2^32")
      }
      if sequence > 0 { last[lane] = sequence }
    }
  }
}

extension CloudEvent {
  /// Why a tombstone's range was dropped, in the vehicle's word.
  var lossReason: String {
    word((try? JSONSlice(data, limit: CloudEvent.sizeLimit))?["reason"]) ?? "unknown"
  }
}

extension Malformation {
  /// An epoch that would come before itself.
  static let epochBeforeItself = malformed("predecessor", "be an elder epoch: this one came before it")
}

private func malformed(_ member: String, _ mend: String) -> Malformation {
  Malformation(kind: "bad-beginning", reason: "epoch.began: '\(member)' must \(mend)")
}

private func isIdentity(_ text: String) -> Bool {
  text.utf8.count == 32 && text.utf8.allSatisfy { (0x30...0x39).contains($0) || (0x61...0x66).contains($0) }
}

/// A short word of small letters, as reasons are; nil for anything else.
private func word(_ value: JSONSlice?) -> String? {
  guard let text = value?.string, (1...32).contains(text.utf8.count),
    text.utf8.allSatisfy({ (0x61...0x7A).contains($0) || $0 == UInt8(ascii: "-") })
  else { return nil }
  return text
}
