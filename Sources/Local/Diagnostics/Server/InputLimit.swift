// Bounds what one connection may send, before the HTTP parser sees (and keeps) it.
import NIOCore

/// Counts the bytes of a request's head and body. Beyond either limit it says so once, as a user event, and swallows
/// the rest. Works for one request per connection.
final class InputLimit: ChannelInboundHandler {
  typealias InboundIn = ByteBuffer
  typealias InboundOut = ByteBuffer

  /// Request line and header fields, closing empty line included.
  static let head = 8 * 1024
  static let body = 64 * 1024

  enum Exceeded: Sendable {
    case head
    case body
  }

  private var headBytes = 0
  private var bodyBytes = 0
  /// How much of CR LF CR LF the head's last bytes make up; 4 once the head is over.
  private var matched = 0
  private var exceeded = false

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    guard !exceeded else { return }
    let buffer = unwrapInboundIn(data)
    for byte in buffer.readableBytesView {
      if matched == 4 {
        bodyBytes += 1
        continue
      }
      headBytes += 1
      let expected = matched & 1 == 0 ? UInt8(ascii: "\r") : UInt8(ascii: "\n")
      matched = byte == expected ? matched + 1 : byte == UInt8(ascii: "\r") ? 1 : 0
    }
    if headBytes > InputLimit.head || bodyBytes > InputLimit.body {
      exceeded = true
      context.fireUserInboundEventTriggered(headBytes > InputLimit.head ? Exceeded.head : Exceeded.body)
    } else {
      context.fireChannelRead(data)
    }
  }
}
