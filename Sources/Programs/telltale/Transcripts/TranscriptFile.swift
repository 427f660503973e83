// Dialogues with adapters as people noted them down: one JSON object in each line of a file.
import Documents
import Glibc

/// One dialogue: what was written to an adapter and what it said, in turns.
struct Transcript {
  /// Bytes as they crossed the port; nil where nobody noted them.
  struct Exchange {
    var sent: [UInt8]?
    var received: [UInt8]?
  }

  var id: String
  var exchanges: [Exchange]
}

/// The file cannot be used at all.
struct TranscriptFileError: Error, CustomStringConvertible {
  var description: String
}

/// `{"id": "...", "exchanges": [{"tx": "ATZ\r", "rx": "ELM327 v1.5\r\r>"}, ...]}` in each line; other members are
/// passed over, and so are empty lines. `tx` and `rx` may be null or missing, not both.
///
/// A character up to U+00FF stands for the byte of its number. So does half of a surrogate pair, DC80...DCFF, as Python
/// writes a byte that is no UTF-8. Any other one stands for a byte that is no ASCII.
struct TranscriptFile {
  /// A line that is no dialogue. It costs nothing but itself.
  struct Problem: Equatable {
    /// From 1.
    var line: Int
    var reason: String
  }

  private(set) var transcripts: [Transcript] = []
  private(set) var problems: [Problem] = []

  private static let largestFile = 32 << 20

  init(path: String) throws(TranscriptFileError) {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw TranscriptFile.unreadable(path, errno) }
    defer { close(descriptor) }
    var text: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 65_536)
    while true {
      let count = read(descriptor, &chunk, chunk.count)
      if count == 0 { break }
      guard count > 0 else {
        if errno == EINTR { continue }
        throw TranscriptFile.unreadable(path, errno)
      }
      text += chunk[..<count]
      guard text.count <= TranscriptFile.largestFile else {
        throw TranscriptFileError(description: "\(path): larger than 32 MiB; split it")
      }
    }
    self.init(text: text)
  }

  private static func unreadable(_ path: String, _ code: CInt) -> TranscriptFileError {
    TranscriptFileError(description: "\(path): cannot be read: \(String(cString: strerror(code)))")
  }

  init(text: [UInt8]) {
    let mark: [UInt8] = [0xEF, 0xBB, 0xBF]
    let text = text.starts(with: mark) ? text[mark.count...] : text[...]
    for (index, line) in text.split(separator: 0x0A, omittingEmptySubsequences: false).enumerated() {
      guard line.contains(where: { $0 > 0x20 }) else { continue }
      do {
        transcripts.append(try TranscriptFile.transcript(TranscriptFile.withoutHalfCharacters(Array(line))))
      } catch {
        problems.append(Problem(line: index + 1, reason: error.description))
      }
    }
  }
}

// One line.
extension TranscriptFile {
  /// Why a line is no dialogue, and which of its bytes says so.
  private struct Flaw: JSONFailure, CustomStringConvertible {
    var reason: String
    var column: Int?

    init(_ reason: String) { self.reason = reason }
    init(notJSON reason: String, at offset: Int) {
      self.reason = reason
      column = offset + 1
    }

    var description: String { column.map { "not JSON at byte \($0): \(reason)" } ?? reason }
  }

  /// Of members that are passed over.
  private static let deepest = 32

  private static func transcript(_ line: [UInt8]) throws(Flaw) -> Transcript {
    var cursor = try JSONCursor<Flaw>(line)
    var id: String?
    var exchanges: [Transcript.Exchange]?
    cursor.skipSpace()
    guard cursor.next == UInt8(ascii: "{") else { throw Flaw("a dialogue is a JSON object {\"id\", \"exchanges\"}") }
    try cursor.members { cursor, name throws(Flaw) in
      switch String(decoding: name, as: UTF8.self) {
      case "id":
        guard cursor.next == UInt8(ascii: "\"") else { throw Flaw("\"id\" is to be a string") }
        id = String(decoding: try cursor.string(), as: UTF8.self)
      case "exchanges":
        guard cursor.next == UInt8(ascii: "[") else { throw Flaw("\"exchanges\" is to be an array") }
        var all: [Transcript.Exchange] = []
        try cursor.elements { cursor throws(Flaw) in all.append(try exchange(&cursor, number: all.count + 1)) }
        exchanges = all
      default: try cursor.skipValue(depth: deepest)
      }
    }
    cursor.skipSpace()
    guard cursor.next == nil else { throw cursor.malformed("something follows the object") }
    guard let id else { throw Flaw("\"id\" is missing") }
    guard let exchanges else { throw Flaw("\"exchanges\" is missing") }
    guard !exchanges.isEmpty else { throw Flaw("\"exchanges\" is empty") }
    return Transcript(id: id, exchanges: exchanges)
  }

  private static func exchange(
    _ cursor: inout JSONCursor<Flaw>, number: Int
  ) throws(Flaw) -> Transcript.Exchange {
    var exchange = Transcript.Exchange()
    var isAny = false
    guard cursor.next == UInt8(ascii: "{") else { throw Flaw("exchange \(number) is no object {\"tx\", \"rx\"}") }
    try cursor.members { cursor, name throws(Flaw) in
      switch String(decoding: name, as: UTF8.self) {
      case "tx":
        exchange.sent = try bytes(&cursor, "tx", number)
        isAny = true
      case "rx":
        exchange.received = try bytes(&cursor, "rx", number)
        isAny = true
      default: try cursor.skipValue(depth: deepest)
      }
    }
    guard isAny else { throw Flaw("exchange \(number) has neither \"tx\" nor \"rx\"") }
    return exchange
  }

  private static func bytes(
    _ cursor: inout JSONCursor<Flaw>, _ name: String, _ number: Int
  ) throws(Flaw) -> [UInt8]? {
    switch cursor.next {
    case UInt8(ascii: "n"):
      try cursor.skipValue(depth: 0)
      return nil
    case UInt8(ascii: "\""):
      return String(decoding: try cursor.string(), as: UTF8.self).unicodeScalars.map {
        UInt8(exactly: $0.value) ?? 0xFF
      }
    default: throw Flaw("\"\(name)\" of exchange \(number) is neither a string nor null")
    }
  }

  /// The line with each escape of half a character, which JSON's grammar has and Unicode has not, replaced by one of
  /// the same length: of the byte that it stands for, or of U+FFFD.
  private static func withoutHalfCharacters(_ line: [UInt8]) -> [UInt8] {
    var line = line
    var position = 0
    while position < line.count {
      guard line[position] == UInt8(ascii: "\\") else {
        position += 1
        continue
      }
      guard let unit = escapedUnit(line, at: position), 0xD800...0xDFFF ~= unit else {
        position += 2
        continue
      }
      if unit < 0xDC00, let low = escapedUnit(line, at: position + 6), 0xDC00...0xDFFF ~= low {
        position += 12
        continue
      }
      let replacement = 0xDC80...0xDCFF ~= unit ? "00" : "fffd"
      line.replaceSubrange(position + 2..<position + 2 + replacement.utf8.count, with: replacement.utf8)
      position += 6
    }
    return line
  }

  /// The number of the escape `\uXXXX` that begins at `position`.
  private static func escapedUnit(_ line: [UInt8], at position: Int) -> UInt32? {
    guard position + 6 <= line.count, line[position] == UInt8(ascii: "\\"), line[position + 1] == UInt8(ascii: "u")
    else { return nil }
    return UInt32(String(decoding: line[position + 2..<position + 6], as: UTF8.self), radix: 16)
  }
}
