// What an interface itself lost since the daemon looks after it, however often it went and came again.

/// Sums what the kernel counts of an interface, from one look to the next. Its counters begin again at 0 with each new
/// interface of the same name, and had a value before the first look.
public struct InterfaceLosses: BitwiseCopyable, Sendable {
  /// Frames that the machine had no room for.
  public private(set) var dropped: UInt64 = 0
  /// Frames that the controller had no room for.
  public private(set) var overruns: UInt64 = 0

  private var index: Int32 = 0
  private var last = LinkReport.Statistics()
  private var wasSeen = false

  public init() {}

  /// A look; one at an interface that is not there says nothing.
  public mutating func note(_ report: LinkReport) {
    guard report.exists else { return }
    let now = report.statistics
    if index == report.index {
      dropped &+= InterfaceLosses.rise(from: last.receiveDropped, to: now.receiveDropped)
      overruns &+= InterfaceLosses.rise(from: last.receiveOverruns, to: now.receiveOverruns)
    } else if wasSeen {
      // A new interface of this name: all that it lost, it lost since.
      dropped &+= now.receiveDropped
      overruns &+= now.receiveOverruns
    }
    index = report.index
    last = now
    wasSeen = true
  }

  /// A driver may set its counters back when it is brought up.
  private static func rise(from before: UInt64, to now: UInt64) -> UInt64 { now >= before ? now - before : now }
}
