// How a raw CAN socket is set up.

/// What is asked of the kernel for one raw CAN socket.
public struct SocketOptions: Equatable, Sendable {
  /// Which clock stamps a frame.
  public enum Stamps: Sendable {
    /// The system's, when the driver hands the frame over.
    case software
    /// The controller's own where it has one; the system's else.
    case hardware
  }

  /// Receives CAN FD frames too, where the interface can.
  public var receivesFD = true
  /// Frames that are let through; empty for all. The kernel takes no more than `CANFilter.mostPerSocket`: with more,
  /// all are let through.
  public var filters: [CANFilter] = []
  /// Bytes, asked of the kernel. A default buffer holds only about 60 ms of a full bus.
  public var receiveBufferBytes = 1 << 20
  /// Error frames of all classes come too.
  public var receivesErrorFrames = true
  public var stamps = Stamps.software

  public init() {}

  /// The filters that the kernel gets.
  var effectiveFilters: [CANFilter] { filters.count <= CANFilter.mostPerSocket ? filters : [] }
}
