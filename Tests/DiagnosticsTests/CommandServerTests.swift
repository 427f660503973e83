// Commands over a real socket: who called, replies that come late, never, or to nobody.
import Dispatch
import FoundationEssentials
import Glibc
import Synchronization
import Testing

@testable import Diagnostics

/// Stands for the daemon: keeps each command until the test replies to it.
private final class Daemon: Sendable {
  struct Call: Sendable {
    var command: DiagnosticsCommand
    var caller: Caller
    var reply: @Sendable (CommandReply) -> Void
  }

  private let calls = Mutex<[Call]>([])
  private let arrived = DispatchSemaphore(value: 0)

  func take(_ call: Call) {
    calls.withLock { $0.append(call) }
    arrived.signal()
  }

  /// The next command, once it is there; the time only ends a test that would else hang.
  func next() throws -> Call {
    try #require(arrived.wait(timeout: .now() + 20) == .success, "no command came")
    return calls.withLock { $0.removeFirst() }
  }
}

struct CommandServerTests {
  private let folder: Folder
  private let daemon = Daemon()
  private let server: DiagnosticsServer

  private static func views(_ daemon: Daemon) -> DiagnosticsViews {
    var views = Samples.views
    views.command = { command, caller, reply in daemon.take(.init(command: command, caller: caller, reply: reply)) }
    return views
  }

  init() throws {
    folder = try Folder()
    server = DiagnosticsServer(socketPath: folder.socket, views: CommandServerTests.views(daemon))
    try server.start()
  }

  private func post(_ path: String, _ body: String = "") throws -> RawClient {
    let client = try RawClient(folder.socket)
    client.send("POST \(path) HTTP/1.1\r\nHost: x\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)")
    return client
  }

  private static let paused = CommandReply.done(CommandDocument(.pausePolling(seconds: 600), text: "paused"))

  @Test func `the daemon is told who calls, by the kernel`() throws {
    let client = try post("/v1/polling/pause", #"{"seconds":600}"#)
    let call = try daemon.next()
    #expect(call.command == .pausePolling(seconds: 600))
    #expect(call.caller.uid == geteuid() && call.caller.gid == getegid() && call.caller.pid == getpid())
    #expect(call.caller.user == getpwuid(geteuid()).map { String(cString: $0.pointee.pw_name) })
    call.reply(CommandServerTests.paused)
    let reply = client.rest()
    #expect(statusLine(reply) == "HTTP/1.1 200 OK" && reply.hasSuffix(#""text":"paused","until":null}"# + "\n"))
    server.stop()
  }

  @Test func `a reply may take its time, and holds up nobody`() throws {
    let slow = try post("/v1/dtcs/clear", #"{"confirm":"clear"}"#)
    let call = try daemon.next()
    #expect(try DiagnosticsClient(socketPath: folder.socket).get("/v1/status").status == 200)
    let quick = try post("/v1/polling/resume")
    try daemon.next().reply(.refused(code: "not-authorised", reason: "you may not", mend: "ask root"))
    #expect(statusLine(quick.rest()) == "HTTP/1.1 403 Forbidden")
    DispatchQueue.global().async { call.reply(.failed(reason: "7E8 said no", mend: "try again")) }
    let reply = slow.rest()
    #expect(statusLine(reply) == "HTTP/1.1 502 Bad Gateway" && reply.contains(#"{"error":"7E8 said no""#))
    server.stop()
  }

  @Test func `the client waits for a command longer than for a document`() throws {
    let client = DiagnosticsClient(socketPath: folder.socket, timeoutSeconds: 0)
    let (daemon, answered) = (daemon, DispatchSemaphore(value: 0))
    DispatchQueue.global().async {
      if let call = try? daemon.next() { call.reply(CommandServerTests.paused) }
      answered.signal()
    }
    let (status, body) = try client.post("/v1/polling/pause", Array(#"{"seconds":600}"#.utf8))
    #expect(status == 200)
    #expect(
      try JSONDecoder().decode(CommandDocument.self, from: Data(body))
        == CommandDocument(.pausePolling(seconds: 600), text: "paused"))
    answered.wait()
    server.stop()
  }

  @Test func `of two replies the first counts`() throws {
    let client = try post("/v1/polling/resume")
    let call = try daemon.next()
    call.reply(.refused(code: "a", reason: "b", mend: "c"))
    call.reply(CommandServerTests.paused)
    let reply = client.rest()
    #expect(statusLine(reply) == "HTTP/1.1 403 Forbidden" && !reply.contains("200 OK"))
    server.stop()
  }

  @Test func `a client that leaves costs nothing, and its command was given`() throws {
    for _ in 0..<DiagnosticsServer.clientLimit {
      _ = try post("/v1/polling/resume")
      try daemon.next().reply(CommandServerTests.paused)
    }
    _ = try post("/v1/polling/resume")
    let orphan = try daemon.next()
    // Places of clients that left are free again as soon as the loop has seen it, which the replies below come after.
    var status = 503
    for _ in 0..<1000 where status == 503 {
      status = try DiagnosticsClient(socketPath: folder.socket).get("/v1/status").status
    }
    #expect(status == 200)
    orphan.reply(CommandServerTests.paused)
    #expect(try DiagnosticsClient(socketPath: folder.socket).get("/v1/status").status == 200)
    server.stop()
    orphan.reply(CommandServerTests.paused)
  }

  @Test func `a command without a reply is given up`() throws {
    server.stop()
    let hasty = DiagnosticsServer(
      socketPath: folder.socket, views: CommandServerTests.views(daemon), limits: .init(patience: .milliseconds(50)))
    try hasty.start()
    let client = try post("/v1/polling/resume")
    let reply = client.rest()
    #expect(statusLine(reply) == "HTTP/1.1 504 Gateway Timeout" && reply.contains("it may still do so"))
    try daemon.next().reply(CommandServerTests.paused)
    #expect(try DiagnosticsClient(socketPath: folder.socket).get("/v1/status").status == 200)
    hasty.stop()
  }

  @Test func `a command that came whole has all its patience`() throws {
    server.stop()
    let strict = DiagnosticsServer(
      socketPath: folder.socket, views: CommandServerTests.views(daemon),
      limits: .init(arrival: .milliseconds(300), patience: .milliseconds(400)))
    try strict.start()
    #expect(statusLine(try post("/v1/polling/resume").rest()) == "HTTP/1.1 504 Gateway Timeout")
    strict.stop()
  }

  @Test func `a reply after the end of the server goes nowhere`() throws {
    let client = try post("/v1/polling/resume")
    let call = try daemon.next()
    server.stop()
    call.reply(CommandServerTests.paused)
    #expect(client.rest() == "")
  }

  @Test func `rubbish behind a command ends the wait for its reply`() throws {
    let client = try post("/v1/polling/resume")
    let call = try daemon.next()
    client.send("\u{1}\u{2}\u{3}\r\n\r\n")
    #expect(statusLine(client.rest()) == "HTTP/1.1 400 Bad Request")
    server.stop()
    call.reply(CommandServerTests.paused)
  }

  @Test func `a body that is wrong or too long never reaches the daemon`() throws {
    #expect(statusLine(try post("/v1/dtcs/clear").rest()) == "HTTP/1.1 400 Bad Request")
    let long = #"{"confirm":"clear"}"# + String(repeating: " ", count: 4096)
    #expect(statusLine(try post("/v1/dtcs/clear", long).rest()) == "HTTP/1.1 413 Payload Too Large")
    let client = try RawClient(folder.socket)
    client.send("POST /v1/dtcs/clear HTTP/1.1\r\nHost: x\r\nContent-Length: 19\r\n\r\n")
    for letter in #"{"confirm":"clear"}"# { client.send(String(letter)) }
    let call = try daemon.next()
    #expect(call.command == .clearTroubleCodes(bus: nil))
    call.reply(.done(CommandDocument(.clearTroubleCodes(bus: nil), text: "cleared")))
    #expect(statusLine(client.rest()) == "HTTP/1.1 200 OK")
    server.stop()
  }

  @Test func `without an ear every command is refused`() throws {
    server.stop()
    let deaf = DiagnosticsServer(socketPath: folder.socket, views: Samples.views)
    try deaf.start()
    let (status, body) = try DiagnosticsClient(socketPath: folder.socket).post("/v1/polling/resume", [])
    #expect(status == 403)
    #expect(try JSONDecoder().decode(ErrorDocument.self, from: Data(body)).code == "no-bus")
    deaf.stop()
  }

  @Test func `a way that is cut leads nowhere, and one that is taken is gone`() {
    let taken = Mutex(0)
    let way = PendingReply { _ in taken.withLock { $0 += 1 } }
    way.deliver(CommandServerTests.paused)
    way.deliver(CommandServerTests.paused)
    #expect(taken.withLock { $0 } == 1)
    let cut = PendingReply { _ in taken.withLock { $0 += 1 } }
    cut.cut()
    cut.deliver(CommandServerTests.paused)
    #expect(taken.withLock { $0 } == 1)
  }
}
