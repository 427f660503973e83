// What all commands that ask the daemon have in common.
import ArgumentParser
import Diagnostics
import Documents
import Glibc

struct DaemonOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Unix socket of the daemon (default: $TELLTALE_SOCKET, else /run/telltale/telltale.sock).", valueName: "path"))
  var socket: String?

  @Flag(help: "Print one JSON document and nothing else.")
  var json = false

  var client: DiagnosticsClient {
    let fromEnvironment = getenv("TELLTALE_SOCKET").map { String(cString: $0) } ?? ""
    return DiagnosticsClient(
      socketPath: socket ?? (fromEnvironment.isEmpty ? "/run/telltale/telltale.sock" : fromEnvironment))
  }

  /// Fetches a document and prints it, as JSON or as `text` makes it.
  func show<Document: Codable>(
    _ type: Document.Type, at path: String, as text: (Document, _ colour: Bool) -> String
  ) throws {
    try show(try client.document(type, at: path), as: text)
  }

  /// Gives the daemon a command and prints what came of it. A refusal goes to standard error, with --json as a document
  /// to standard output besides.
  /// - Throws: `.answered` when the daemon refuses, or cannot do it; else as the client.
  func perform(_ path: String, _ body: [UInt8]) throws {
    let (status, reply) = try client.post(path, body)
    guard status == 200 else {
      if json { try put(reply) }
      throw client.error(status, reply)
    }
    try show(try client.decoded(CommandDocument.self, reply, of: path), as: text(of:colour:))
  }

  func show<Document: Encodable>(_ document: Document, as text: (Document, _ colour: Bool) -> String) throws {
    if json { try put(try jsonText(document)) } else { try put(text(document, colourWanted)) }
  }
}
