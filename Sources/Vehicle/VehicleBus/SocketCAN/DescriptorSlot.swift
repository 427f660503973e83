// Hands descriptors from the thread that may open and close to the thread that must not.
import Glibc
import Synchronization

/// One source's descriptors on their way between control, which opens and closes them, and capture, which reads them.
/// Neither side ever waits. Each method belongs to one of the two threads.
public final class DescriptorSlot: Sendable {
  private let offered = Atomic<Int32>(-1)
  private let returned = Atomic<Int32>(-1)
  private let failure = Atomic<Int32>(0)

  public init() {}

  deinit {
    for descriptor in [offered.load(ordering: .relaxed), returned.load(ordering: .relaxed)] where descriptor >= 0 {
      close(descriptor)
    }
  }

  /// Control: offers a descriptor, which from now on belongs to capture. One that capture holds already comes back
  /// through `collect`.
  /// - Returns: an older offer that capture has not taken: to be closed.
  public func offer(_ descriptor: Int32) -> Int32? {
    failure.store(0, ordering: .relaxed)
    let older = offered.exchange(descriptor, ordering: .acquiringAndReleasing)
    return older >= 0 ? older : nil
  }

  /// Control: says why there is no descriptor, as errno.
  public func fail(_ code: Int32) { failure.store(code, ordering: .relaxed) }

  /// Control: a descriptor that capture is done with: to be closed, and replaced unless another was offered meanwhile.
  public func collect() -> Int32? {
    let descriptor = returned.exchange(-1, ordering: .acquiringAndReleasing)
    return descriptor >= 0 ? descriptor : nil
  }

  /// Capture: the descriptor on offer.
  func take() -> Int32? {
    // Asked every second by every source: a look costs less than an exchange.
    guard offered.load(ordering: .relaxed) >= 0 else { return nil }
    let descriptor = offered.exchange(-1, ordering: .acquiringAndReleasing)
    return descriptor >= 0 ? descriptor : nil
  }

  /// Capture: gives a descriptor back. False while control has not collected the one before.
  func giveBack(_ descriptor: Int32) -> Bool {
    returned.compareExchange(expected: -1, desired: descriptor, ordering: .acquiringAndReleasing).exchanged
  }

  /// Capture: why nothing is on offer, as errno; 0 when opening did not fail.
  var failureCode: Int32 { failure.load(ordering: .relaxed) }
}
