// Why an adapter's port cannot be opened or used any more.
import Glibc

/// A port's trouble, for people.
struct ELMPortError: Error, Equatable, CustomStringConvertible {
  /// errno.
  var code: Int32
  /// As the configuration names the port.
  var address: ELMAddress
  /// The file that was tried, where the address is only a part of its name.
  var path: String?

  init(code: Int32, address: ELMAddress, path: String? = nil) {
    self.code = code
    self.address = address
    self.path = path
  }

  /// Whether there is nothing to open: it may come at any moment, as a plug does.
  var isAbsent: Bool { address.isSerialPort && [ENOENT, ENOTDIR, ENODEV, ENXIO, EIO, Self.goneCode].contains(code) }

  /// One line with the mend.
  var description: String {
    let text =
      switch address {
      case .path, .link, .anyLink: serialText
      case .bluetooth(let address, _): bluetoothText(ELMAddress.text(address))
      case .tcp: tcpText
      }
    return "\(path ?? address.description): \(text)"
  }

  /// The other side went away: the end of what can be read.
  static let goneCode = ECONNRESET

  private var serialText: String {
    switch code {
    case ENOENT, ENOTDIR:
      switch address {
      case .link, .anyLink:
        "no such adapter below /dev/telltale; plug it in, or give its port's path if udev does not know it: "
          + "`ls /dev/serial/by-id /dev/ttyUSB* /dev/ttyACM*`"
      default: "no such port; plug the adapter in, or see `ls /dev/serial/by-id /dev/ttyUSB* /dev/ttyACM*` for its name"
      }
    case Self.goneCode, ENODEV, ENXIO, EIO: "unplugged; plug the adapter in again"
    case EACCES, EPERM:
      "not permitted to open it; put the daemon's user into the port's group: `usermod -aG dialout telltale`, "
        + "or give the port to the group telltale by a udev rule, then restart the daemon"
    case EBUSY:
      "another program uses it; end that program (`fuser -v \(path ?? address.description)` names it), "
        + "often ModemManager: `systemctl disable --now ModemManager`"
    case ETIMEDOUT: "takes no bytes any more; unplug the adapter and plug it in again"
    case ENOTTY: "no serial port; give the one that the adapter is plugged into, for example /dev/ttyUSB0"
    default: plainText
    }
  }

  private var tcpText: String {
    switch code {
    case ECONNREFUSED: "refuses connections; switch the adapter on, and check address and port"
    case Self.goneCode, EPIPE:
      "the adapter ended the connection; most take only one at a time: end other programs that use it"
    case ETIMEDOUT, EHOSTUNREACH, EHOSTDOWN:
      "does not answer; switch the adapter on, and join this machine to its wireless network"
    case ENETUNREACH, ENETDOWN, EADDRNOTAVAIL:
      "no network leads there; join this machine to the adapter's wireless network"
    case EACCES, EPERM: "not permitted; check the firewall, and the unit's IPAddressDeny and RestrictAddressFamilies"
    default: plainText
    }
  }

  private func bluetoothText(_ device: String) -> String {
    switch code {
    case EAFNOSUPPORT, EPROTONOSUPPORT, ESOCKTNOSUPPORT:
      "no Bluetooth here; load the modules: `modprobe -a bluetooth rfcomm`, and see that the unit's "
        + "RestrictAddressFamilies has AF_BLUETOOTH"
    case EHOSTUNREACH, ENETDOWN, ENODEV: "no Bluetooth controller is up; switch it on: `bluetoothctl power on`"
    case EHOSTDOWN, ETIMEDOUT: "does not answer; switch the adapter on, and bring it nearer"
    case ECONNREFUSED:
      "refuses this channel; another program may use the adapter, or give the right one: `sdptool browse \(device)`"
    case EACCES, EPERM, EBADE, ENOKEY, EKEYREJECTED:
      "does not let this machine in; pair once: `bluetoothctl pair \(device)` and `bluetoothctl trust \(device)`"
    case Self.goneCode, EPIPE, ENOTCONN: "the adapter ended the connection; switch it on, and bring it nearer"
    case EBUSY: "the controller is busy with this adapter; nothing to do unless it lasts"
    default: plainText
    }
  }

  private var plainText: String { strerror(code).map { String(cString: $0) } ?? "error \(code)" }
}
