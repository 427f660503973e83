// The HTTP/1.1 API on the Unix socket: one event loop on one thread of its own, bounded clients, bounded bytes.
import NIOCore
import NIOHTTP1
import NIOPosix
import Synchronization

/// Serves `DiagnosticsViews` below `/v1/` and at `/metrics`.
///
/// At most 16 clients are served at a time; up to 16 more are told 503 and closed, further ones are closed at once. A
/// connection carries one request (head at most 8 KiB, body at most 64 KiB, a command's at most 4 KiB) and ends after
/// 60 s at the latest. A request that is not whole after 5 s is answered with 408, a command that has no reply after
/// 15 s with 504.
public final class DiagnosticsServer: Sendable {
  /// Clients that are served at a time.
  public static let clientLimit = 16

  private struct Running: Sendable {
    var group: MultiThreadedEventLoopGroup
    var channel: any Channel
    var file: SocketFile
  }

  /// Open connections, by what they get.
  private struct Clients: Sendable {
    var served = 0
    var refused = 0

    mutating func count(_ change: Int, crowded: Bool) {
      if crowded { refused += change } else { served += change }
    }
  }

  private let socketPath: String
  private let routes: Routes
  private let limits: RequestHandler.TimeLimits
  private let running = Mutex<Running?>(nil)

  public convenience init(socketPath: String, views: DiagnosticsViews) {
    self.init(socketPath: socketPath, views: views, limits: RequestHandler.TimeLimits())
  }

  init(socketPath: String, views: DiagnosticsViews, limits: RequestHandler.TimeLimits) {
    self.socketPath = socketPath
    routes = Routes(views: views)
    self.limits = limits
  }

  /// What the clients can make the server hold, in bytes, for the memory plan: their input, handlers and a whole reply
  /// for each client that is served, the largest reply being the list of `signals` signals or of as many trouble codes
  /// as there are `diagnosticRecords`.
  public static func plannedBytes(signals: Int, diagnosticRecords: Int) -> Int {
    let connection = InputLimit.head + CommandPath.bodyLimit + readBuffer + 8 * 1024
    let reply = max(64 * 1024, signals * 192, diagnosticRecords * 448)
    return 2 * clientLimit * connection + clientLimit * reply
  }

  /// Makes the folder if missing, removes the socket of a dead daemon, listens with mode 0660 and returns. The process
  /// ignores SIGPIPE from then on, which NIO needs.
  ///
  /// - Throws: `.pathLength`, `.folder`, `.notASocket`, `.alreadyServed` (this server running already, too) or
  ///   `.cannotListen`.
  public func start() throws(DiagnosticsError) {
    try running.withLock { state throws(DiagnosticsError) in
      guard state == nil else { throw .alreadyServed(path: socketPath) }
      state = try listen()
    }
  }

  /// Closes all connections, ends the thread and removes the socket. Does nothing when not started.
  public func stop() {
    running.withLock { state in
      guard let old = state else { return }
      state = nil
      // Removed first: from now on a client is told "no daemon" instead of being cut off.
      old.file.remove()
      // Either call can only fail by being too late, with the same end.
      try? old.channel.close().wait()
      try? old.group.syncShutdownGracefully()
    }
  }

  deinit { stop() }

  /// Read at most this much at a time: with one buffer per connection the bound holds for what is unparsed, too.
  private static let readBuffer = 4096

  private func listen() throws(DiagnosticsError) -> Running {
    let file = try SocketFile.claim(socketPath)
    let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
    // Listener and connections share the one loop, which alone counts.
    let clients = NIOLoopBoundBox.makeBoxSendingValue(Clients(), eventLoop: group.next())
    // InputLimit alone says what is too much: no head that it lets pass has more fields than bytes.
    var fields = NIOHTTPDecoderLimitConfiguration()
    fields.maxHeaderFieldCount = InputLimit.head
    let heads = fields
    let bootstrap = ServerBootstrap(group: group)
      .serverChannelOption(.backlog, value: 32)
      .childChannelOption(.recvAllocator, value: FixedSizeRecvByteBufferAllocator(capacity: Self.readBuffer))
      .childChannelOption(.maxMessagesPerRead, value: 1)
      .childChannelInitializer { [routes, limits] channel in
        let crowded = clients.value.served == DiagnosticsServer.clientLimit
        guard !crowded || clients.value.refused < DiagnosticsServer.clientLimit else { return channel.close() }
        clients.value.count(1, crowded: crowded)
        channel.closeFuture.whenComplete { _ in clients.value.count(-1, crowded: crowded) }
        var limits = limits
        if crowded { limits.lifetime = min(limits.lifetime, .seconds(1)) }
        let handler = RequestHandler(routes: routes, crowded: crowded, limits: limits)
        return channel.eventLoop.makeCompletedFuture {
          try channel.pipeline.syncOperations.addHandlers([
            InputLimit(),
            ByteToMessageHandler(HTTPRequestDecoder(leftOverBytesStrategy: .dropBytes, limitConfiguration: heads)),
            HTTPResponseEncoder(),
            handler,
          ])
        }
      }
    do {
      let channel = try bootstrap.withBoundSocket(file.descriptor).wait()
      return Running(group: group, channel: channel, file: file)
    } catch {
      file.remove()
      try? group.syncShutdownGracefully()
      throw .cannotListen(path: socketPath, reason: "\(error)")
    }
  }
}
