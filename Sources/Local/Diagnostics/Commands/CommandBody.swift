// The body of a command: a flat JSON object (RFC 8259) of texts and numbers, read strictly.
import Documents
import Vocabulary

/// Members that are taken out one by one; what is left in the end was not known.
struct CommandBody {
  enum Value: Hashable {
    case text(String)
    case number(Double)
  }

  /// What is wrong with a body.
  struct Flaw: JSONFailure, Hashable {
    var error: String
    var mend: String

    init(_ error: String, mend: String) {
      self.error = error
      self.mend = mend
    }

    init(notJSON reason: String, at offset: Int) {
      self.init(
        "the body is not as expected at byte \(offset + 1): \(reason)",
        mend: "send an object of texts and numbers, such as {\"seconds\": 600}")
    }
  }

  private(set) var members: [String: Value]
  private var known: [String] = []

  /// Reads `bytes`; none, or white space alone, is an object without members.
  init(_ bytes: [UInt8]) throws(Flaw) {
    var members: [String: Value] = [:]
    var cursor = try JSONCursor<Flaw>(bytes)
    cursor.skipSpace()
    if cursor.next != nil {
      try cursor.members { cursor, name throws(Flaw) in
        let key = String(decoding: name, as: UTF8.self)
        guard members[key] == nil else { throw cursor.malformed("a member a second time") }
        members[key] = try CommandBody.value(at: &cursor)
      }
      cursor.skipSpace()
      guard cursor.next == nil else { throw cursor.malformed("something follows the object") }
    }
    self.members = members
  }

  private static func value(at cursor: inout JSONCursor<Flaw>) throws(Flaw) -> Value {
    switch cursor.next {
    case UInt8(ascii: "\""): .text(String(decoding: try cursor.string(), as: UTF8.self))
    case UInt8(ascii: "-")?, (UInt8(ascii: "0")...UInt8(ascii: "9"))?: .number(try cursor.number())
    default: throw cursor.malformed("a text or a number is expected")
    }
  }

  /// The member's number, nil when there is no such member.
  mutating func takeNumber(_ key: String) throws(Flaw) -> Double? {
    known.append(key)
    switch members.removeValue(forKey: key) {
    case .number(let number): return number
    case .text: throw Flaw("\"\(key)\" is a text", mend: "give a number, without quotes")
    case nil: return nil
    }
  }

  /// The member's text, nil when there is no such member.
  mutating func takeText(_ key: String) throws(Flaw) -> String? {
    known.append(key)
    switch members.removeValue(forKey: key) {
    case .text(let text): return text
    case .number: throw Flaw("\"\(key)\" is a number", mend: "give a text, in quotes")
    case nil: return nil
    }
  }

  func finish() throws(Flaw) {
    guard let unknown = members.keys.min() else { return }
    let nearest = nearestName(to: unknown, among: known).map { "did you mean \"\($0)\"?" }
    throw Flaw(
      "\"\(unknown)\" is not known here",
      mend: nearest ?? (known.isEmpty ? "send no body" : "known are: " + known.joined(separator: ", ")))
  }
}
