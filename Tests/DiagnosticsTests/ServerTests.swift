// The server over a real socket: what clients can and cannot do to it.
import Dispatch
import FoundationEssentials
import Glibc
import Synchronization
import Testing

@testable import Diagnostics
import Documents

/// A new folder below the temporary one, removed with all sockets in it.
final class Folder {
  let path: String

  init() throws {
    var template = Array("/tmp/telltale-diagnostics-XXXXXX".utf8CString)
    path = try #require(mkdtemp(&template).map { String(cString: $0) })
  }

  var socket: String { path + "/t.sock" }

  deinit {
    for file in ["t.sock", "a/b/t.sock"] { unlink(path + "/" + file) }
    for folder in ["/a/b", "/a", ""] { rmdir(path + folder) }
  }
}

/// A connection that sends what it is told and can wait for the end.
final class RawClient {
  private let descriptor: CInt

  init(_ path: String) throws {
    descriptor = makeUnixSocket()
    try #require(UnixAddress(path: path).connect(descriptor) == 0)
    // Ends a test that would else hang; no test waits for it.
    var limit = timeval(tv_sec: 20, tv_usec: 0)
    setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
  }

  deinit { close(descriptor) }

  func send(_ text: String) {
    let bytes = Array(text.utf8)
    #expect(Glibc.send(descriptor, bytes, bytes.count, CInt(MSG_NOSIGNAL)) == bytes.count)
  }

  /// All that comes until the server closes.
  func rest() -> String {
    var all: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 65_536)
    while true {
      let count = recv(descriptor, &chunk, chunk.count, 0)
      if count < 0 { #expect(errno == ECONNRESET, "the server neither answers nor closes") }
      guard count > 0 else { return String(decoding: all, as: UTF8.self) }
      all += chunk[..<count]
    }
  }
}

func statusLine(_ reply: String) -> Substring? { reply.split(separator: "\r\n").first }

private let request = "GET /v1/status HTTP/1.1\r\nHost: x\r\n\r\n"

struct ServerTests {
  private let folder: Folder
  private let server: DiagnosticsServer

  init() throws {
    folder = try Folder()
    server = DiagnosticsServer(socketPath: folder.socket, views: Samples.views)
    try server.start()
  }

  private func get(_ path: String) throws -> (status: Int, body: [UInt8]) {
    try DiagnosticsClient(socketPath: folder.socket).get(path)
  }

  @Test(arguments: [
    "/v1/status", "/v1/signals", "/v1/signals/Vehicle.Speed", "/v1/health", "/v1/health/cooling", "/v1/alerts",
    "/v1/sources", "/v1/memory", "/v1/trips", "/metrics",
  ])
  func `every endpoint answers`(path: String) throws {
    let (status, body) = try get(path)
    #expect(status == 200)
    #expect(body == Routes(views: Samples.views).reply(to: .GET, path).body)
    server.stop()
  }

  @Test func `headers forbid caching and end the connection`() throws {
    let client = try RawClient(folder.socket)
    client.send(request)
    let head = client.rest().split(separator: "\r\n\r\n")[0].lowercased()
    #expect(head.hasPrefix("http/1.1 200 ok\r\n"))
    for line in ["cache-control: no-store", "content-type: application/json", "connection: close"] {
      #expect(head.contains(line))
    }
    server.stop()
  }

  @Test func `HEAD gives the same head and no body`() throws {
    let client = try RawClient(folder.socket)
    client.send("HEAD /v1/status HTTP/1.1\r\nHost: x\r\n\r\n")
    let reply = client.rest()
    let length = Routes(views: Samples.views).reply(to: .GET, "/v1/status").body.count
    #expect(reply.lowercased().contains("content-length: \(length)\r\n"))
    #expect(reply.hasSuffix("\r\n\r\n"))
    server.stop()
  }

  @Test func `unknown paths and other methods`() throws {
    #expect(try get("/v1/nothing").status == 404)
    let client = try RawClient(folder.socket)
    client.send("POST /v1/status HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhello")
    let reply = client.rest()
    #expect(statusLine(reply) == "HTTP/1.1 405 Method Not Allowed")
    #expect(reply.lowercased().contains("allow: get, head\r\n"))
    server.stop()
  }

  @Test func `the 17th client is told 503, and a place that becomes free is given`() throws {
    let held = try (0..<16).map { _ in
      let client = try RawClient(folder.socket)
      client.send("GET /v1/status")
      return client
    }
    let late = try RawClient(folder.socket)
    late.send(request)
    let reply = late.rest()
    #expect(statusLine(reply) == "HTTP/1.1 503 Service Unavailable")
    #expect(reply.contains(#"{"error":"too many clients are connected","mend":"close some, or try again soon"}"#))
    held[5].send(" HTTP/1.1\r\nHost: x\r\n\r\n")
    #expect(statusLine(held[5].rest()) == "HTTP/1.1 200 OK")
    #expect(try get("/v1/status").status == 200)
    server.stop()
  }

  @Test func `half a request holds up nobody`() throws {
    let slow = try RawClient(folder.socket)
    slow.send("GET /v1/hea")
    #expect(try get("/v1/status").status == 200)
    slow.send("lth HTTP/1.1\r\nHost: x\r\n\r\n")
    #expect(statusLine(slow.rest()) == "HTTP/1.1 200 OK")
    server.stop()
  }

  @Test func `a request may come byte by byte`() throws {
    let client = try RawClient(folder.socket)
    for character in request { client.send(String(character)) }
    #expect(statusLine(client.rest()) == "HTTP/1.1 200 OK")
    server.stop()
  }

  enum HugeHead: CaseIterable {
    case longField, longTarget, manyFields

    var text: String {
      switch self {
      case .longField: "GET /v1/status HTTP/1.1\r\nX: " + String(repeating: "x", count: 9000) + "\r\n\r\n"
      case .longTarget: "GET /" + String(repeating: "x", count: 20_000)
      case .manyFields: "GET /v1/status HTTP/1.1\r\n" + String(repeating: "X: y\r\n", count: 2000)
      }
    }
  }

  @Test(arguments: HugeHead.allCases)
  func `a huge head is refused`(head: HugeHead) throws {
    let client = try RawClient(folder.socket)
    client.send(head.text)
    #expect(statusLine(client.rest()) == "HTTP/1.1 431 Request Header Fields Too Large")
    #expect(try get("/v1/status").status == 200)
    server.stop()
  }

  @Test(arguments: [(8192, "200 OK"), (8193, "431 Request Header Fields Too Large")])
  func `the head's limit is exact`(bytes: Int, status: String) throws {
    let start = "GET /v1/status HTTP/1.1\r\nX: "
    let client = try RawClient(folder.socket)
    client.send(start + String(repeating: "x", count: bytes - start.utf8.count - 4) + "\r\n\r\n")
    #expect(statusLine(client.rest()) == "HTTP/1.1 \(status)")
    server.stop()
  }

  @Test(arguments: [(65_536, "405 Method Not Allowed"), (65_537, "413 Payload Too Large")])
  func `the body's limit is exact`(bytes: Int, status: String) throws {
    let client = try RawClient(folder.socket)
    client.send("POST /v1/status HTTP/1.1\r\nHost: x\r\nContent-Length: \(bytes)\r\n\r\n")
    client.send(String(repeating: "x", count: bytes))
    #expect(statusLine(client.rest()) == "HTTP/1.1 \(status)")
    server.stop()
  }

  @Test(arguments: ["\u{1}\u{2}\u{3}\r\n\r\n", "HELLO\r\n\r\n", "GET /v1/status HTTP/9.9\r\n\r\n", "GET  \r\n\r\n"])
  func `what is no HTTP is told so`(text: String) throws {
    let client = try RawClient(folder.socket)
    client.send(text)
    #expect(statusLine(client.rest()) == "HTTP/1.1 400 Bad Request")
    server.stop()
  }

  @Test func `pipelined requests get one answer, then the end`() throws {
    let client = try RawClient(folder.socket)
    client.send(String(repeating: request, count: 50))
    #expect(client.rest().split(separator: "HTTP/1.1 200 OK", omittingEmptySubsequences: false).count == 2)
    server.stop()
  }

  @Test func `a client that vanishes leaves the server well`() throws {
    for _ in 0..<40 { try RawClient(folder.socket).send(request) }
    let client = try RawClient(folder.socket)
    client.send("GET /v1/")
    server.stop()
    #expect(client.rest() == "")
  }

  @Test func `an answer larger than the socket's buffer comes whole`() throws {
    server.stop()
    var views = Samples.views
    let many = (0..<8000).map { _ in Samples.signals[1] }
    views.signals = { many }
    let large = DiagnosticsServer(socketPath: folder.socket, views: views)
    try large.start()
    let (status, body) = try get("/v1/signals")
    #expect(status == 200)
    #expect(try JSONDecoder().decode([SignalDocument].self, from: Data(body)) == many)
    large.stop()
  }

  @Test func `a connection ends after its lifetime`() throws {
    server.stop()
    let hasty = DiagnosticsServer(
      socketPath: folder.socket, views: Samples.views, limits: .init(lifetime: .milliseconds(50)))
    try hasty.start()
    let client = try RawClient(folder.socket)
    client.send("GET /v1/status")
    #expect(client.rest() == "")
    hasty.stop()
  }

  @Test func `half a request loses its place to others`() throws {
    server.stop()
    let strict = DiagnosticsServer(
      socketPath: folder.socket, views: Samples.views, limits: .init(arrival: .milliseconds(50)))
    try strict.start()
    let halves = [
      "", "GET /v1/sta", "POST /v1/polling/resume HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n{",
    ]
    let held = try (0..<DiagnosticsServer.clientLimit).map { i in
      let client = try RawClient(folder.socket)
      client.send(halves[i % halves.count])
      return client
    }
    for client in held { #expect(statusLine(client.rest()) == "HTTP/1.1 408 Request Timeout") }
    let client = try RawClient(folder.socket)
    client.send(request)
    #expect(statusLine(client.rest()) == "HTTP/1.1 200 OK")
    strict.stop()
  }

  @Test func `the plan grows with the signals`() {
    let least = DiagnosticsServer.plannedBytes(signals: 0, diagnosticRecords: 0)
    #expect(least == 32 * 24_576 + 16 * 65_536)
    #expect(DiagnosticsServer.plannedBytes(signals: 1000, diagnosticRecords: 0) > least)
    #expect(DiagnosticsServer.plannedBytes(signals: 0, diagnosticRecords: 512) > least)
    server.stop()
  }
}

struct SocketFileTests {
  private let folder: Folder

  init() throws { folder = try Folder() }

  private func makeServer(at path: String) -> DiagnosticsServer {
    DiagnosticsServer(socketPath: path, views: Samples.views)
  }

  @Test func `missing folders are made, the mode is 0660, stop removes the file`() throws {
    let path = folder.path + "/a/b/t.sock"
    let server = makeServer(at: path)
    try server.start()
    var found = stat()
    #expect(lstat(path, &found) == 0)
    #expect(found.st_mode == S_IFSOCK | 0o660)
    server.stop()
    #expect(lstat(path, &found) == -1 && errno == ENOENT)
    server.stop()
    try server.start()
    #expect(try DiagnosticsClient(socketPath: path).get("/v1/status").status == 200)
    server.stop()
  }

  @Test func `the socket of a dead daemon is replaced`() throws {
    let dead = makeUnixSocket()
    #expect(try UnixAddress(path: folder.socket).bind(dead) == 0)
    listen(dead, 1)
    close(dead)
    let server = makeServer(at: folder.socket)
    try server.start()
    #expect(try DiagnosticsClient(socketPath: folder.socket).get("/v1/status").status == 200)
    server.stop()
  }

  @Test func `the socket of a living daemon is left alone`() throws {
    let first = makeServer(at: folder.socket)
    try first.start()
    #expect(throws: DiagnosticsError.alreadyServed(path: folder.socket)) { try makeServer(at: folder.socket).start() }
    #expect(throws: DiagnosticsError.alreadyServed(path: folder.socket)) { try first.start() }
    #expect(try DiagnosticsClient(socketPath: folder.socket).get("/v1/status").status == 200)
    first.stop()
  }

  @Test func `a daemon that is too busy to accept lives, too`() throws {
    let busy = makeUnixSocket()
    #expect(try UnixAddress(path: folder.socket).bind(busy) == 0)
    listen(busy, 0)
    let waiting = try RawClient(folder.socket)
    #expect(throws: DiagnosticsError.alreadyServed(path: folder.socket)) { try makeServer(at: folder.socket).start() }
    withExtendedLifetime(waiting) {}
    close(busy)
  }

  @Test func `a file that is no socket is left alone`() throws {
    close(open(folder.socket, O_CREAT | O_WRONLY, 0o600))
    #expect(throws: DiagnosticsError.notASocket(path: folder.socket)) { try makeServer(at: folder.socket).start() }
    #expect(access(folder.socket, F_OK) == 0)
    #expect(throws: DiagnosticsError.self) { try makeServer(at: folder.socket + "/below/t.sock").start() }
  }

  @Test func `stop leaves the file of a successor`() throws {
    let first = makeServer(at: folder.socket)
    try first.start()
    // Kept linked elsewhere, so that the successor cannot get the same inode.
    rename(folder.socket, folder.path + "/old")
    defer { unlink(folder.path + "/old") }
    let second = makeServer(at: folder.socket)
    try second.start()
    first.stop()
    #expect(try DiagnosticsClient(socketPath: folder.socket).get("/v1/status").status == 200)
    second.stop()
  }

  @Test func `of two that start at once one serves`() throws {
    let turn = open(folder.path, O_RDONLY | O_DIRECTORY)
    flock(turn, LOCK_EX)
    #expect(throws: DiagnosticsError.self) { try makeServer(at: folder.socket).start() }
    close(turn)
    let server = makeServer(at: folder.socket)
    try server.start()
    server.stop()
  }

  @Test func `daemons with sockets in one folder start at the same moment`() {
    let failures = Mutex<[String]>([])
    DispatchQueue.concurrentPerform(iterations: 16) { [path = folder.path] i in
      do throws(DiagnosticsError) {
        let socket = try SocketFile.claim("\(path)/\(i).sock")
        socket.remove()
        close(socket.descriptor)
      } catch {
        failures.withLock { $0.append(error.description) }
      }
    }
    #expect(failures.withLock { $0 } == [])
  }

  @Test func `a path that the kernel would cut is refused`() {
    let long = "/tmp/" + String(repeating: "x", count: 103)
    #expect(throws: DiagnosticsError.pathLength(path: long, bytes: 108)) { try makeServer(at: long).start() }
    #expect(throws: DiagnosticsError.pathLength(path: "", bytes: 0)) { try makeServer(at: "").start() }
  }
}

struct ClientTests {
  @Test func `no socket, or a dead one, is no daemon`() throws {
    let folder = try Folder()
    let client = DiagnosticsClient(socketPath: folder.socket)
    #expect(throws: DiagnosticsError.noDaemon(path: folder.socket)) { try client.get("/v1/status") }
    let dead = makeUnixSocket()
    #expect(try UnixAddress(path: folder.socket).bind(dead) == 0)
    #expect(throws: DiagnosticsError.noDaemon(path: folder.socket)) { try client.get("/v1/status") }
    close(dead)
    #expect(
      DiagnosticsError.noDaemon(path: "/run/telltale/telltale.sock").description
        == "no daemon at /run/telltale/telltale.sock: is telltaled running? (systemctl status telltaled), "
        + "or give --socket")
  }

  @Test func `a daemon that never answers times out`() throws {
    let folder = try Folder()
    let mute = makeUnixSocket()
    #expect(try UnixAddress(path: folder.socket).bind(mute) == 0)
    listen(mute, 1)
    let client = DiagnosticsClient(socketPath: folder.socket, timeoutSeconds: 0.05)
    #expect(throws: DiagnosticsError.timedOut(path: folder.socket, seconds: 0.05)) { try client.get("/v1/status") }
    close(mute)
  }

  @Test func `the daemon's own errors come through`() throws {
    let folder = try Folder()
    let server = DiagnosticsServer(socketPath: folder.socket, views: Samples.views)
    try server.start()
    let client = DiagnosticsClient(socketPath: folder.socket)
    let (status, body) = try client.get("/v1/health/cool ing")
    #expect(status == 404)
    #expect(
      try JSONDecoder().decode(ErrorDocument.self, from: Data(body))
        == ErrorDocument(error: "there is no component cool ing", mend: "did you mean cooling? /v1/health lists all"))
    server.stop()
  }

  @Test func `responses are read whole or not at all`() throws {
    let reply = "HTTP/1.1 404 Not Found\r\nContent-Type: x\r\ncontent-LENGTH: 3\r\n\r\nabc"
    let whole = try HTTPResponse(parsing: Array(reply.utf8))
    #expect(whole.status == 404 && whole.body == Array("abc".utf8))
    #expect(try HTTPResponse(parsing: Array("HTTP/1.0 200 OK\r\n\r\nx".utf8)).body == [0x78])
    for length in 0..<reply.utf8.count {
      #expect(throws: HTTPResponse.Flaw.self) { try HTTPResponse(parsing: Array(reply.utf8.prefix(length))) }
    }
    for bad in [
      "SSH-2.0-x\r\n\r\n", "HTTP/1.1 abc\r\n\r\n", "HTTP/1.1\r\n\r\n",
      "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n",
    ] {
      #expect(throws: HTTPResponse.Flaw.notHTTP) { try HTTPResponse(parsing: Array(bad.utf8)) }
    }
  }

  @Test func `a path cannot smuggle a header`() {
    #expect(DiagnosticsClient.encoded("/a b\r\nX: ü%") == "/a%20b%0D%0AX:%20%C3%BC%25")
  }
}
