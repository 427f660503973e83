// The daemon's answers as documents. Reading JSON is left to the program that asks, so the daemon carries none of it.
import Diagnostics
import FoundationEssentials

extension DiagnosticsClient {
  /// Fetches a document.
  ///
  /// - Throws: As `get`, and `.answered` when the daemon's answer is an error of its own.
  func document<Document: Decodable>(_ type: Document.Type, at path: String) throws(DiagnosticsError) -> Document {
    let (status, body) = try get(path)
    guard status == 200 else { throw error(status, body) }
    return try decoded(type, body, of: path)
  }

  /// The document in the body of an answer.
  func decoded<Document: Decodable>(
    _ type: Document.Type, _ body: [UInt8], of path: String
  ) throws(DiagnosticsError) -> Document {
    do {
      return try JSONDecoder().decode(type, from: Data(body))
    } catch {
      throw .badReply(path: socketPath, reason: "\(path) is not the document that was expected")
    }
  }

  /// The daemon's own error in an answer with another status than 200.
  func error(_ status: Int, _ body: [UInt8]) -> DiagnosticsError {
    let told = try? JSONDecoder().decode(ErrorDocument.self, from: Data(body))
    return .answered(status: status, error: told?.error ?? "the daemon answered \(status)", mend: told?.mend ?? "")
  }
}
