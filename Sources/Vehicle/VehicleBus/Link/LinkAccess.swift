// Looking at links and changing them: the kernel's, or a test's.
import CLinux
import Glibc

/// One change of an interface.
public enum LinkStep: Equatable, Sendable {
  case down
  case up
  /// bit/s, and 0...1 of a bit or nil for the kernel's choice.
  case bitRate(Int, samplePoint: Double?)
  /// CAN FD: bit/s of arbitration and of data.
  case bitRates(Int, data: Int, samplePoint: Double?)
  case listenOnly(Bool)
  /// After how many milliseconds the kernel restarts the controller from bus-off; 0 for never.
  case restartTime(milliseconds: Int)
  /// Restarts the controller from bus-off, now.
  case restart
}

/// The links of a machine.
public protocol LinkAccess {
  /// How the interface is now; one that is not there is no error, but a report that says so.
  func report(of interface: String) throws(LinkError) -> LinkReport
  func change(_ interface: String, _ step: LinkStep) throws(LinkError)
}

/// The links of this machine. For the control thread: a change waits for the driver.
public struct KernelLinks: LinkAccess {
  public init() {}

  public func report(of interface: String) throws(LinkError) -> LinkReport {
    switch LinkReport.read(interface) {
    case .success(let report): return report
    case .failure(let error): throw error
    }
  }

  public func change(_ interface: String, _ step: LinkStep) throws(LinkError) {
    var result = telltale_link_permitted(interface)
    if result == 0 {
      result =
        switch step {
        case .down: telltale_link_stop(interface)
        case .up: telltale_link_start(interface)
        case .bitRate(let rate, let point):
          telltale_link_set_bitrate(interface, UInt32(clamping: rate), KernelLinks.tenthsOfPercent(point))
        case .bitRates(let rate, let data, let point):
          telltale_link_set_fd_bitrates(
            interface, UInt32(clamping: rate), KernelLinks.tenthsOfPercent(point), UInt32(clamping: data))
        case .listenOnly(let on): telltale_link_set_listen_only(interface, on ? 1 : 0)
        case .restartTime(let milliseconds): telltale_link_set_restart_ms(interface, UInt32(clamping: milliseconds))
        case .restart: telltale_link_restart(interface)
        }
    }
    switch -result {
    case 0: return
    case EPERM, EACCES: throw LinkError(interface, .notPermitted)
    case EAFNOSUPPORT: throw LinkError(interface, .noNetlink)
    case ENODEV: throw LinkError(interface, .absent)
    case let code: throw LinkError(interface, .refused(step, code))
    }
  }

  private static func tenthsOfPercent(_ point: Double?) -> UInt32 {
    guard let point, point > 0, point < 1 else { return 0 }
    return UInt32((point * 1000).rounded())
  }
}

extension LinkReport {
  /// Asks the kernel, which answers at once.
  public static func read(_ interface: String) -> Result<LinkReport, LinkError> {
    withUnsafeTemporaryAllocation(byteCount: LinkWatch.capacity, alignment: 8) { buffer in
      let count = telltale_link_read(interface, buffer.baseAddress, buffer.count)
      guard count > 0 else {
        let cause = LinkReport.cause(Int32(-count))
        return cause == .absent ? .success(LinkReport()) : .failure(LinkError(interface, cause))
      }
      return LinkReport.answer(
        UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(buffer)[..<count]).bytes, about: interface)
    }
  }

  /// Understands the kernel's answer to a question about one interface.
  static func answer(_ datagram: RawSpan, about interface: String) -> Result<LinkReport, LinkError> {
    var result: Result<LinkReport, LinkError> = .failure(LinkError(interface, .unreadable(EPROTO)))
    NetlinkReader.messages(in: datagram) { type, payload in
      if type == newLink, let report = LinkReport(payload: payload) {
        result = .success(report)
      } else if type == refusal, let code = NetlinkReader.word(payload, at: 0) {
        let cause = cause(0 &- Int32(bitPattern: code))
        result = cause == .absent ? .success(LinkReport()) : .failure(LinkError(interface, cause))
      }
    }
    return result
  }

  private static func cause(_ code: Int32) -> LinkError.Cause {
    switch code {
    case ENODEV: .absent
    case EAFNOSUPPORT, EPERM, EACCES: .noNetlink
    default: .unreadable(code)
    }
  }
}
