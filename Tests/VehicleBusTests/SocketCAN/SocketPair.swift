// A bus for kernels without CAN: datagrams of the kernel's frame layout through a pair of Unix sockets.
import Glibc
import Vocabulary

@testable import VehicleBus

/// A source that reads one end of a socket pair; tests write to the other.
struct SocketPair: ~Copyable {
  let slot = DescriptorSlot()
  let source: SocketCANSource
  let far: Int32
  let frames: UnsafeMutableBufferPointer<CANFrame>

  init(bus: UInt8 = 3, capacity: Int = 512) {
    source = SocketCANSource(interface: "can7", bus: bus, slot: slot)
    frames = .allocate(capacity: capacity)
    frames.initialize(repeating: CANFrame(time: .zero, id: CANID(rawValue: .max), length: 99, payload: CANPayload()))
    let (near, far) = SocketPair.descriptors()
    self.far = far
    _ = slot.offer(near)
    source.attend()
  }

  deinit {
    close(far)
    frames.deallocate()
  }

  static func descriptors() -> (Int32, Int32) {
    var pair: [Int32] = [-1, -1]
    _ = socketpair(AF_UNIX, Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_NONBLOCK.rawValue), 0, &pair)
    return (pair[0], pair[1])
  }

  func send(_ datagram: [UInt8]) { _ = Glibc.send(far, datagram, datagram.count, 0) }

  func send(_ id: UInt32, length: UInt8, flags: UInt8 = 0, data: [UInt8], size: Int = 16) {
    send(SocketPair.datagram(id, length: length, flags: flags, data: data, size: size))
  }

  /// A frame as linux/can.h lays it out, 16 bytes for classic frames and 72 for FD.
  static func datagram(
    _ id: UInt32, length: UInt8, flags: UInt8 = 0, data: [UInt8], size: Int = 16
  ) -> [UInt8] {
    var bytes = withUnsafeBytes(of: id) { Array($0) } + [length, flags, 0, 0] + data
    while bytes.count < size { bytes.append(0) }
    return Array(bytes.prefix(size))
  }

  func read(limit: Int = .max) -> [CANFrame] {
    let part = UnsafeMutableBufferPointer(rebasing: frames.prefix(min(limit, frames.count)))
    return Array(part.prefix(source.read(into: part)))
  }
}

extension CANFrame {
  var data: [UInt8] { (0..<64).map { self[$0] } }
}
