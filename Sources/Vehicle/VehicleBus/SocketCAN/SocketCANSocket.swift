// Opens raw CAN sockets: the control thread's part of receiving.
import CLinux
import Glibc

/// A raw CAN socket that nobody reads yet.
public struct SocketCANSocket: Sendable {
  /// Whoever holds the value closes it, or offers it to a `DescriptorSlot`.
  public var descriptor: Int32
  /// Bytes of receive buffer that the kernel gave, in the sense of `SocketOptions.receiveBufferBytes`; less than asked
  /// where net.core.rmem_max is smaller and the process lacks CAP_NET_ADMIN.
  public var receiveBufferBytes: Int

  /// Opens and binds a socket that cannot block and never transmits. May block for a short time itself. An interface
  /// that is there and down can be opened: the socket works as soon as it comes up.
  /// - Throws: `SocketCANError`.
  public static func open(_ interface: String, _ options: SocketOptions) throws(SocketCANError) -> SocketCANSocket {
    let filters = options.effectiveFilters.map { telltale_can_filter(id: $0.id, mask: $0.mask) }
    var granted: Int32 = 0
    let result = filters.withUnsafeBufferPointer { filters in
      var request = telltale_can_options(
        filters: filters.baseAddress, filter_count: Int32(filters.count),
        receive_buffer_bytes: Int32(clamping: options.receiveBufferBytes), fd_frames: options.receivesFD ? 1 : 0,
        error_frames: options.receivesErrorFrames ? 1 : 0, hardware_stamps: options.stamps == .hardware ? 1 : 0)
      return telltale_can_open(interface, &request, &granted)
    }
    guard result >= 0 else { throw SocketCANError(code: -result, interface: interface) }
    return SocketCANSocket(descriptor: result, receiveBufferBytes: Int(granted))
  }
}

/// Why a CAN interface cannot be read.
public struct SocketCANError: Error, Equatable, CustomStringConvertible, Sendable {
  /// errno.
  public var code: Int32
  public var interface: String

  public init(code: Int32, interface: String) {
    self.code = code
    self.interface = interface
  }

  /// One line with the mend.
  public var description: String {
    switch code {
    case ENODEV, ENXIO:
      "\(interface): no such CAN interface; plug it in, or see `ip -br link show type can` for the right name"
    case ENETDOWN:
      "\(interface): the interface is down; bring it up: `ip link set \(interface) up type can bitrate 500000`"
    case EAFNOSUPPORT, EPROTONOSUPPORT:
      "\(interface): this kernel has no CAN sockets; load the modules: `modprobe -a can can-raw`"
    case EPERM, EACCES: "\(interface): not permitted to open a CAN socket; check the unit's RestrictAddressFamilies"
    default: "\(interface): \(String(cString: strerror(code)))"
    }
  }
}
