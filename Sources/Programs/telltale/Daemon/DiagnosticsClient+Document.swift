// The daemon's answers as documents. Reading JSON is left to the program that asks, so the daemon carries none of it.
import Diagnostics
import FoundationEssentials

extension DiagnosticsClient {
  /// Fetches a document.
  ///
  /// - Throws: As `get`, and `.answered` when the daemon's answer is an error of its own.
  func document<Document: Decodable>(_ type: Document.Type, at path: String) throws(DiagnosticsError) -> Document {
    let (status, body) = try get(path)
    guard status == 200 else {
      let told = try? JSONDecoder().decode(ErrorDocument.self, from: Data(body))
      throw .answered(status: status, error: told?.error ?? "the daemon answered \(status)", mend: told?.mend ?? "")
    }
    do {
      return try JSONDecoder().decode(type, from: Data(body))
    } catch {
      throw .badReply(path: socketPath, reason: "\(path) is not the document that was expected")
    }
  }
}
