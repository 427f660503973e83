// One connection: one request, one reply, closed. That alone bounds what a client can make the daemon hold, whether it
// pipelines, reads slowly or never finishes its request.
import NIOCore
import NIOHTTP1

/// Answers the connection's request from `routes`, or with 503 when there are too many clients. A command's reply may
/// come later; the connection waits for it, and nobody else does.
final class RequestHandler: ChannelInboundHandler {
  typealias InboundIn = HTTPServerRequestPart
  typealias OutboundOut = HTTPServerResponsePart

  private enum Phase {
    case waiting
    case receiving(HTTPRequestHead, body: [UInt8])
    /// A command has been handed over.
    case executing(PendingReply, patience: Scheduled<Void>)
    case replying
  }

  private let routes: Routes
  private let crowded: Bool
  private let limits: TimeLimits
  private var phase = Phase.waiting
  private var deadline: Scheduled<Void>?
  private var arrival: Scheduled<Void>?

  struct TimeLimits: Sendable {
    /// From accepting a connection to its end, whatever the client does.
    var lifetime = TimeAmount.seconds(60)
    /// From accepting a connection to the end of its request.
    var arrival = TimeAmount.seconds(5)
    /// From handing a command over to giving up on its reply.
    var patience = TimeAmount.seconds(15)
  }

  /// - Parameter crowded: Whether this client is one too many.
  init(routes: Routes, crowded: Bool, limits: TimeLimits) {
    self.routes = routes
    self.crowded = crowded
    self.limits = limits
  }

  func channelActive(context: ChannelHandlerContext) {
    let channel = context.channel
    deadline = channel.eventLoop.scheduleTask(in: limits.lifetime) { channel.close(promise: nil) }
    let connection = NIOLoopBound((handler: self, context: context), eventLoop: channel.eventLoop)
    arrival = channel.eventLoop.scheduleTask(in: limits.arrival) {
      let (handler, context) = connection.value
      handler.send(
        .error(
          .requestTimeout, "the request has not come whole in time", mend: "send it at once, then wait for the reply"),
        context: context)
    }
    context.fireChannelActive()
  }

  func channelInactive(context: ChannelHandlerContext) {
    deadline?.cancel()
    arrival?.cancel()
    endExecution()
    context.fireChannelInactive()
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    switch (unwrapInboundIn(data), phase) {
    case (.head(let head), .waiting):
      phase = .receiving(head, body: [])
    case (.body(let part), .receiving(let head, let body)):
      // One byte more than a command may have is enough to refuse it, and for all else a body is nothing.
      let room = CommandPath.bodyLimit + 1 - body.count
      if room > 0 { phase = .receiving(head, body: body + part.readableBytesView.prefix(room)) }
    case (.end, .receiving(let head, let body)):
      arrival?.cancel()
      guard !crowded else {
        return send(
          .error(.serviceUnavailable, "too many clients are connected", mend: "close some, or try again soon"),
          withoutBody: head.method == .HEAD, context: context)
      }
      switch routes.answer(to: head.method, head.uri, body: body) {
      case .reply(let reply): send(reply, withoutBody: head.method == .HEAD, context: context)
      case .command(let command): execute(command, context: context)
      }
    default:
      // A second request gets no answer.
      break
    }
  }

  /// Hands the command over together with who gave it.
  private func execute(_ command: DiagnosticsCommand, context: ChannelHandlerContext) {
    let loop = context.eventLoop
    let connection = NIOLoopBound((handler: self, context: context), eventLoop: loop)
    let pending = PendingReply { reply in
      loop.execute {
        let (handler, context) = connection.value
        handler.send(Reply(reply), context: context)
      }
    }
    let patience = loop.scheduleTask(in: limits.patience) {
      let (handler, context) = connection.value
      handler.send(
        .error(
          .gatewayTimeout, "the daemon has not carried the command out in time",
          mend: "it may still do so: look at /v1/polling or /v1/dtcs before trying again"), context: context)
    }
    phase = .executing(pending, patience: patience)
    let run = routes.views.command
    Caller.ofPeer(context.channel).whenComplete { result in
      switch result {
      case .success(let caller):
        run(command, caller) { pending.deliver($0) }
      case .failure(let error):
        pending.deliver(
          .failed(reason: "the kernel does not tell who is calling: \(error)", mend: "connect again"))
      }
    }
  }

  /// From here on a reply to the command, if there is one, goes nowhere.
  private func endExecution() {
    guard case .executing(let pending, let patience) = phase else { return }
    pending.cut()
    patience.cancel()
    phase = .replying
  }

  func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
    switch event as? InputLimit.Exceeded {
    case .head:
      send(
        .error(.requestHeaderFieldsTooLarge, "the request's head is longer than 8 KiB", mend: "send fewer headers"),
        context: context)
    case .body:
      send(
        .error(.payloadTooLarge, "the request's body is longer than 64 KiB", mend: "send less"), context: context)
    case nil:
      context.fireUserInboundEventTriggered(event)
    }
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    if error is HTTPParserError || error is NIOHTTPDecoderError {
      send(.error(.badRequest, "that is no HTTP/1.1 request", mend: "see RFC 9112, or use curl"), context: context)
    } else {
      // The client has gone; nobody is left to be told.
      context.close(promise: nil)
    }
  }

  private func send(_ reply: Reply, withoutBody: Bool = false, context: ChannelHandlerContext) {
    if case .replying = phase { return }
    endExecution()
    phase = .replying
    var headers: HTTPHeaders = [
      "Content-Type": reply.contentType, "Content-Length": String(reply.body.count), "Cache-Control": "no-store",
      "Connection": "close",
    ]
    if let allow = reply.allow { headers.add(name: "Allow", value: allow) }
    let head = HTTPResponseHead(version: .http1_1, status: reply.status, headers: headers)
    context.write(wrapOutboundOut(.head(head)), promise: nil)
    if !withoutBody {
      context.write(wrapOutboundOut(.body(.byteBuffer(ByteBuffer(bytes: reply.body)))), promise: nil)
    }
    let channel = context.channel
    context.writeAndFlush(wrapOutboundOut(.end(nil))).whenComplete { _ in channel.close(promise: nil) }
  }
}
