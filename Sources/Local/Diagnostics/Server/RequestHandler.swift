// One connection: one request, one reply, closed. That alone bounds what a client can make the daemon hold, whether it
// pipelines, reads slowly or never finishes its request.
import NIOCore
import NIOHTTP1

/// Answers the connection's request from `routes`, or with 503 when there are too many clients.
final class RequestHandler: ChannelInboundHandler {
  typealias InboundIn = HTTPServerRequestPart
  typealias OutboundOut = HTTPServerResponsePart

  private enum Phase {
    case waiting
    case receiving(HTTPRequestHead)
    case replying
  }

  private let routes: Routes
  private let crowded: Bool
  private let lifetime: TimeAmount
  private var phase = Phase.waiting
  private var deadline: Scheduled<Void>?

  /// - Parameters:
  ///   - crowded: Whether this client is one too many.
  ///   - lifetime: From accepting the connection to its end, whatever the client does.
  init(routes: Routes, crowded: Bool, lifetime: TimeAmount) {
    self.routes = routes
    self.crowded = crowded
    self.lifetime = lifetime
  }

  func channelActive(context: ChannelHandlerContext) {
    let channel = context.channel
    deadline = channel.eventLoop.scheduleTask(in: lifetime) { channel.close(promise: nil) }
    context.fireChannelActive()
  }

  func channelInactive(context: ChannelHandlerContext) {
    deadline?.cancel()
    context.fireChannelInactive()
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    switch (unwrapInboundIn(data), phase) {
    case (.head(let head), .waiting):
      phase = .receiving(head)
    case (.end, .receiving(let head)):
      let reply =
        crowded
        ? Reply.error(.serviceUnavailable, "too many clients are connected", mend: "close some, or try again soon")
        : routes.reply(to: head.method, head.uri)
      send(reply, withoutBody: head.method == .HEAD, context: context)
    default:
      // No endpoint takes a body (InputLimit has counted it), and a second request gets no answer.
      break
    }
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
