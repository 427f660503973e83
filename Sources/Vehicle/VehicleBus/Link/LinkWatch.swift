// The kernel's news about links: interfaces that come, go, switch on and off, or leave the bus.
import CLinux
import Glibc

/// What the news that were read come to.
public struct LinkNews: Equatable, Sendable {
  /// Whether any CAN interface is concerned, or may be, as news were lost: look at all of them.
  public var concernsCAN = false
  /// Numbers of CAN interfaces that are gone. A number can come again with another interface.
  public var removed: [Int32] = []

  public init(concernsCAN: Bool = false, removed: [Int32] = []) {
    self.concernsCAN = concernsCAN
    self.removed = removed
  }

  /// Takes in one datagram.
  mutating func read(_ datagram: RawSpan) {
    NetlinkReader.messages(in: datagram) { type, payload in
      guard type == LinkReport.newLink || type == LinkReport.removedLink,
        let (index, isCAN) = LinkReport.head(of: payload), isCAN
      else { return }
      concernsCAN = true
      if type == LinkReport.removedLink { removed.append(index) }
    }
  }
}

/// A netlink socket in the group RTMGRP_LINK, for the control thread. Error counters and the states warning and passive
/// make no news: they are polled (`BusKeeper`) and seen in error frames.
public final class LinkWatch {
  /// Bytes of one datagram: an interface's message has 1 to 4 kB.
  static let capacity = 16 * 1024
  private static let datagramsAtOnce = 64

  /// Readable when news wait.
  public let descriptor: Int32
  private let buffer: UnsafeMutableRawBufferPointer

  public init() throws(LinkError) {
    descriptor = telltale_link_watch()
    guard descriptor >= 0 else {
      throw LinkError("netlink", -descriptor == EAFNOSUPPORT ? .noNetlink : .unreadable(-descriptor))
    }
    buffer = .allocate(byteCount: LinkWatch.capacity, alignment: 8)
  }

  deinit {
    close(descriptor)
    buffer.deallocate()
  }

  /// Reads what waits, without blocking. Under a flood it stops after 64 datagrams; the descriptor then stays readable.
  public func drain() -> LinkNews {
    var news = LinkNews()
    for _ in 0..<LinkWatch.datagramsAtOnce {
      let count = telltale_link_receive(descriptor, buffer.baseAddress, buffer.count)
      if count == 0 { break }
      if count > 0 {
        news.read(UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(buffer)[..<count]).bytes)
      } else {
        // ENOBUFS: news were lost. EMSGSIZE: this one was too long to read. Either may have been about any interface.
        news.concernsCAN = true
      }
    }
    return news
  }
}
