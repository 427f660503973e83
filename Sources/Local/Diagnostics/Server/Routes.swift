// From a request to a reply or a command, free of I/O.
import Documents
import NIOHTTP1
import Vocabulary

/// One whole answer.
struct Reply: Sendable {
  var status: HTTPResponseStatus
  var contentType = "application/json"
  var body: [UInt8]
  /// Methods for a 405's `Allow`.
  var allow: String?

  static func error(
    _ status: HTTPResponseStatus, _ error: String, mend: String, allow: String? = nil, code: String? = nil
  ) -> Reply {
    let text = (try? jsonText(ErrorDocument(error: error, mend: mend, code: code))) ?? Array("{}\n".utf8)
    return Reply(status: status, body: text, allow: allow)
  }

  init(status: HTTPResponseStatus, contentType: String = "application/json", body: [UInt8], allow: String? = nil) {
    self.status = status
    self.contentType = contentType
    self.body = body
    self.allow = allow
  }

  init(document: some Encodable) {
    do {
      self.init(status: .ok, body: try jsonText(document))
    } catch {
      self = .error(.internalServerError, "a number of the document is not finite: \(error)", mend: "report this")
    }
  }

  init(_ reply: CommandReply) {
    switch reply {
    case .done(let document):
      self.init(document: document)
    case .refused(let code, let reason, let mend):
      self = .error(.forbidden, "refused (\(code)): \(reason)", mend: mend, code: code)
    case .misunderstood(let error, let mend):
      self = .error(.badRequest, error, mend: mend)
    case .failed(let reason, let mend):
      self = .error(.badGateway, reason, mend: mend)
    }
  }
}

/// What a request asks for.
enum Answer {
  case reply(Reply)
  case command(DiagnosticsCommand)
}

/// Everything below the socket's root.
struct Routes: Sendable {
  let views: DiagnosticsViews

  static let paths = [
    "/v1/status", "/v1/signals", "/v1/signals/{path}", "/v1/health", "/v1/health/{component}", "/v1/alerts",
    "/v1/sources", "/v1/memory", "/v1/trips", "/v1/dtcs", "/v1/dtcs/{code}", "/v1/units", "/v1/polling", "/metrics",
  ] + CommandPath.allCases.map(\.rawValue)

  /// - Parameters:
  ///   - target: The request target in origin or absolute form (RFC 9112, 3.2); a query is ignored.
  ///   - body: The request's body; one that is longer than a command's may be cut one byte behind that limit.
  func answer(to method: HTTPMethod, _ target: String, body: [UInt8]) -> Answer {
    guard let path = Routes.path(of: target) else {
      return .reply(
        .error(.badRequest, "the path is not percent-encoded UTF-8", mend: "encode bytes as %41, see RFC 3986"))
    }
    guard let commandPath = CommandPath(rawValue: path) else { return .reply(reply(to: method, path)) }
    guard method == .POST else { return .reply(notPossible(method, path, "POST")) }
    guard body.count <= CommandPath.bodyLimit else {
      return .reply(.error(.payloadTooLarge, "the body of a command is longer than 4 KiB", mend: "send less"))
    }
    do throws(CommandBody.Flaw) {
      return .command(try commandPath.command(body))
    } catch {
      return .reply(.error(.badRequest, error.error, mend: error.mend))
    }
  }

  private func reply(to method: HTTPMethod, _ path: String) -> Reply {
    guard let make = route(path) else {
      let nearest = nearestName(to: path, among: Routes.paths).map { "did you mean \($0)? " } ?? ""
      let list = Routes.paths.joined(separator: " ")
      return .error(.notFound, "there is no \(path)", mend: nearest + "There are: " + list)
    }
    guard method == .GET || method == .HEAD else {
      return notPossible(method, path, "GET", "HEAD")
    }
    return make()
  }

  private func notPossible(_ method: HTTPMethod, _ path: String, _ possible: String...) -> Reply {
    .error(
      .methodNotAllowed, "\(method.rawValue) is not possible at \(path)",
      mend: "use " + possible.joined(separator: " or "), allow: possible.joined(separator: ", "))
  }

  private func route(_ path: String) -> (() -> Reply)? {
    switch path {
    case "/v1/status": { Reply(document: views.status()) }
    case "/v1/signals": { Reply(document: views.signals()) }
    case "/v1/health": { Reply(document: views.health()) }
    case "/v1/alerts": { Reply(document: views.alerts()) }
    case "/v1/sources": { Reply(document: views.sources()) }
    case "/v1/memory": { Reply(document: views.memory()) }
    case "/v1/trips": { Reply(document: views.trips()) }
    case "/v1/dtcs": { Reply(document: views.dtcs()) }
    case "/v1/units": { Reply(document: views.units()) }
    case "/v1/polling": { Reply(document: views.polling()) }
    case "/metrics":
      { Reply(status: .ok, contentType: "text/plain; version=0.0.4; charset=utf-8", body: Array(views.metrics().utf8)) }
    default:
      if let name = tail(of: path, after: "/v1/signals/") {
        { member(name, of: views.signals(), by: \.path, called: "signal", list: "/v1/signals lists all") }
      } else if let name = tail(of: path, after: "/v1/health/") {
        { member(name, of: views.health(), by: \.component, called: "component", list: "/v1/health lists all") }
      } else if let code = tail(of: path, after: "/v1/dtcs/") {
        { troubleCode(code) }
      } else {
        nil
      }
    }
  }

  private func member<Document: Encodable>(
    _ name: String, of all: [Document], by key: KeyPath<Document, String>, called kind: String, list: String
  ) -> Reply {
    if let found = all.first(where: { $0[keyPath: key] == name }) { return Reply(document: found) }
    return unknown(name, among: all.map { $0[keyPath: key] }, called: kind, list: list)
  }

  /// A list, as several control units may tell the same code, or none.
  private func troubleCode(_ code: String) -> Reply {
    let all = views.dtcs()
    let form = "a code is written P0301, P0301-1C or SPN 110 FMI 0; /v1/dtcs lists all"
    guard isTroubleCode(code) else { return unknown(code, among: all.map(\.code), called: "trouble code", list: form) }
    return Reply(document: all.filter { $0.code.uppercased() == code.uppercased() })
  }

  private func unknown(_ name: String, among names: [String], called kind: String, list: String) -> Reply {
    let nearest = nearestName(to: name, among: names).map { "did you mean \($0)? " } ?? ""
    return .error(.notFound, "there is no \(kind) \(name)", mend: nearest + list)
  }

  /// Whether `text` has the form of a trouble code's name, in any case: `P0301`, `P0301-1C` or `SPN 110 FMI 0`.
  private func isTroubleCode(_ text: String) -> Bool {
    let words = text.uppercased().split(separator: " ", omittingEmptySubsequences: false)
    if words.count == 4 {
      return words[0] == "SPN" && isNumber(words[1]) && words[2] == "FMI" && isNumber(words[3])
    }
    let bytes = Array(text.uppercased().utf8)
    guard bytes.count == 5 || (bytes.count == 8 && bytes[5] == UInt8(ascii: "-")), "PCBU".utf8.contains(bytes[0])
    else { return false }
    return (bytes[1..<5] + bytes.dropFirst(6)).allSatisfy { hexDigit($0) != nil }
  }

  private func isNumber(_ text: Substring) -> Bool {
    !text.isEmpty && text.utf8.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
  }

  private func tail(of path: String, after prefix: String) -> String? {
    path.hasPrefix(prefix) && path.utf8.count > prefix.utf8.count ? String(path.dropFirst(prefix.count)) : nil
  }

  /// The decoded path; nil when it is no percent-encoded UTF-8.
  static func path(of target: String) -> String? {
    var rest = Substring(target)
    if rest.hasPrefix("http://") {
      let authority = rest.dropFirst(7)
      rest = authority.firstIndex(of: "/").map { authority[$0...] } ?? "/"
    }
    let encoded = Array(rest.prefix { $0 != "?" && $0 != "#" }.utf8)
    var bytes: [UInt8] = []
    var i = 0
    while i < encoded.count {
      if encoded[i] == UInt8(ascii: "%") {
        guard i + 2 < encoded.count, let high = hexDigit(encoded[i + 1]), let low = hexDigit(encoded[i + 2])
        else { return nil }
        bytes.append(high << 4 | low)
        i += 3
      } else {
        bytes.append(encoded[i])
        i += 1
      }
    }
    return String(validating: bytes, as: UTF8.self)
  }
}
