// Why an interface could not be looked at or set up, and what helps.
import Glibc

/// One interface, one thing that did not work.
public struct LinkError: Error, Equatable, CustomStringConvertible, Sendable {
  public enum Cause: Equatable, Sendable {
    /// Links can only be changed with CAP_NET_ADMIN in the network's own user namespace.
    case notPermitted
    /// The process may not open netlink sockets.
    case noNetlink
    /// There is no such interface (any more).
    case absent
    /// It is an interface, but none of CAN.
    case notCAN
    /// A value of the configuration that no CAN controller takes, and what is allowed.
    case outOfRange(key: String, value: String, allowed: String)
    /// The kernel or the driver did not do it; errno.
    case refused(LinkStep, Int32)
    /// It could not be read; errno.
    case unreadable(Int32)
    /// The CAN socket did not open; errno.
    case noSocket(Int32)
  }

  public var interface: String
  public var cause: Cause

  public init(_ interface: String, _ cause: Cause) {
    self.interface = interface
    self.cause = cause
  }

  /// One line with the mend.
  public var description: String {
    let (what, mend) = words
    return "\(interface): \(what); \(mend)"
  }

  private var words: (what: String, mend: String) {
    let look = "see `ip -d link show \(interface)` and `journalctl -k`"
    switch cause {
    case .notPermitted:
      return (
        "not permitted to change the interface",
        "let the system set it up (systemd-networkd: BitRate= in the section [CAN] of a .network file), or allow it "
          + "with `systemctl edit telltaled`: [Service], AmbientCapabilities=CAP_NET_ADMIN, "
          + "CapabilityBoundingSet=CAP_NET_ADMIN, PrivateUsers=no, each on a line of its own"
      )
    case .noNetlink:
      return ("the interface's state cannot be read", "add AF_NETLINK to the unit's RestrictAddressFamilies")
    case .absent:
      return ("no such interface", "plug it in, or see `ip -br link show` for the right name")
    case .notCAN:
      return ("this is no CAN interface", "see `ip -br link show type can` for the right name")
    case .outOfRange(let key, let value, let allowed):
      return ("\(key) \(value) is outside \(allowed)", "correct it in the configuration")
    case .refused(.restart, let code):
      return ("the controller was not restarted from bus-off (\(text(code)))", look)
    case .refused(.up, _):
      return ("the interface does not come up", "\(look): no bit rate is set, or the adapter does not answer")
    case .refused(.down, _):
      return ("the interface does not go down", look)
    case .refused(.bitRate(let rate, _), _):
      return (
        "the driver does not take \(rate) bit/s, and the interface is left down",
        "choose a bit rate and sample point that it can make: \(look)"
      )
    case .refused(.bitRates(let rate, data: let data, _), let code):
      return (
        "the driver does not take \(rate) bit/s with \(data) bit/s for data (\(text(code))), and the interface is left "
          + "down",
        "leave data-bit-rate away if the controller has no CAN FD: \(look)"
      )
    case .refused(.listenOnly(let on), _):
      return (
        "the driver does not switch listen-only \(on ? "on" : "off"), and the interface is left down",
        "remove listen-only from the interface's set-up if the controller has no such mode: \(look)"
      )
    case .refused(.restartTime, _):
      return ("the driver has no restart of its own", "remove restart-ms from the interface's set-up")
    case .unreadable(let code):
      return ("the interface's state cannot be read (\(text(code)))", look)
    case .noSocket(let code):
      let mend =
        switch code {
        case EAFNOSUPPORT, EPROTONOSUPPORT: "load the modules: `modprobe -a can can-raw`"
        case EPERM, EACCES: "add AF_CAN to the unit's RestrictAddressFamilies"
        default: look
        }
      return ("the CAN socket does not open (\(text(code)))", mend)
    }
  }

  private func text(_ code: Int32) -> String { String(cString: strerror(code)) }
}
