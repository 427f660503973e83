// Reads one whole HTTP/1.1 response (RFC 9112) whose body ends with the connection.

/// Status and body of a response.
struct HTTPResponse: Hashable, Sendable {
  var status: Int
  var body: [UInt8]

  enum Flaw: Error, Hashable, Sendable, CustomStringConvertible {
    case notHTTP
    case cutShort(have: Int, want: Int?)

    var description: String {
      switch self {
      case .notHTTP: "what came is no HTTP/1.1 response"
      case .cutShort(let have, let want?): "the connection ended after \(have) of \(want) bytes"
      case .cutShort(let have, nil): "the connection ended after \(have) bytes, within the head"
      }
    }
  }

  /// - Parameter bytes: All that came until the peer closed.
  init(parsing bytes: [UInt8]) throws(Flaw) {
    let opening = Array("HTTP/1.".utf8)
    guard bytes.prefix(opening.count).elementsEqual(opening.prefix(bytes.count)) else { throw .notHTTP }
    guard let end = HTTPResponse.endOfHead(bytes) else { throw .cutShort(have: bytes.count, want: nil) }
    let lines = String(decoding: bytes[..<end], as: UTF8.self).split(separator: "\r\n")
    let words = lines.first?.split(separator: " ") ?? []
    guard words.count >= 2, let status = Int(words[1]), (100...599).contains(status) else { throw .notHTTP }
    self.status = status
    body = Array(bytes[end...])
    for line in lines.dropFirst() where line.lowercased().hasPrefix("content-length:") {
      guard let length = Int(line.dropFirst(15).drop { $0 == " " || $0 == "\t" }), length >= 0 else { throw .notHTTP }
      guard body.count == length else { throw .cutShort(have: body.count, want: length) }
    }
  }

  /// The index behind the empty line that closes the head.
  private static func endOfHead(_ bytes: [UInt8]) -> Int? {
    let closing: [UInt8] = [0x0D, 0x0A, 0x0D, 0x0A]
    guard bytes.count >= 4 else { return nil }
    return (0...bytes.count - 4).first { bytes[$0..<$0 + 4].elementsEqual(closing) }.map { $0 + 4 }
  }
}
