// The request that is under way, and whether something is an answer to it.
import Vocabulary

/// One way to find out what a vehicle speaks.
enum ELMTry: Hashable, Sendable {
  case only(ELMProtocol)
  /// The adapter's own search.
  case automatic
}

struct ELMRequest: Sendable {
  enum Stage: Sendable {
    /// Waits for the adapter.
    case queued
    /// `settings` are said one by one.
    case preparing
    /// One of `tries` after the other.
    case searching
    case asking
    /// What was wanted is there.
    case done
  }

  let address: RequestAddress
  let bytes: [UInt8]
  var stage = Stage.queued
  var settings: [ELMSetting] = []
  var tries: [ELMTry] = []
  /// The adapter is set to the first of `tries`.
  var isAskable = false
  /// The adapter counts the frames of the answer; nil for as many as come.
  var digit: Int?
  /// In the form that every adapter understands, since it did not understand a better one.
  var isPlain = false
  /// What tries in vain ended with.
  var evidence: Set<ELMNotice> = []

  init(_ address: RequestAddress, _ bytes: [UInt8]) {
    self.address = address
    self.bytes = bytes
  }

  var isForAll: Bool { address.isEverybody }

  /// `010C`.
  var digits: String { bytes.reduce(into: "") { $0 += hexadecimal(UInt32($1), digits: 2) } }

  /// Whether the answer may need several frames: two parameters of service 01 never do.
  var mayHaveLongAnswer: Bool { bytes[0] != 0x01 || bytes.count > 3 }

  /// Whether a unit said this to this request: an answer to an earlier one that comes late is told apart as far as
  /// their contents differ.
  func isAnswered(by answer: [UInt8]) -> Bool {
    guard let first = answer.first else { return false }
    if first == 0x7F { return answer.count >= 3 && answer[1] == bytes[0] }
    guard first == bytes[0] | 0x40 else { return false }
    switch bytes[0] {
    case 0x01, 0x02, 0x05, 0x06, 0x08, 0x09:
      return bytes.count < 2 || answer.count >= 2 && bytes[1...].contains(answer[1])
    case 0x19: return answer.count >= 2 && answer[1] & 0x7F == bytes[1] & 0x7F
    case 0x22:
      guard answer.count >= 3 else { return false }
      return stride(from: 1, to: bytes.count - 1, by: 2).contains {
        bytes[$0] == answer[1] && bytes[$0 + 1] == answer[2]
      }
    default: return true
    }
  }
}
