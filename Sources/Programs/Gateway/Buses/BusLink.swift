// What control and capture tell each other: rings one way, a board the other.
import CLinux
import Glibc
import Pipeline
import Synchronization
import VehicleBus
import Vocabulary

/// Shared by the control thread and the capture thread. Neither ever waits for the other.
final class BusLink: Sendable {
  /// By bus: descriptors on their way to capture and back.
  let slots: [DescriptorSlot]
  /// Control → capture: how buses are.
  let notices = Ring<BusNotice>(capacity: 64)
  /// Control → capture: what sensors measured.
  let samples = Ring<Sample>(capacity: 512)
  private let board: Mutex<VehicleSigns>
  private let bell: Int32
  private let hasDescriptor = Atomic<Bool>(false)
  private let isAlarmed = Atomic<Bool>(false)
  /// Readable when there is something for control to do.
  let controlBell: Int32

  /// - Parameter buses: how many the configuration has, at most 8.
  init(buses: Int) {
    slots = (0..<buses).map { _ in DescriptorSlot() }
    board = Mutex(VehicleSigns(time: .zero))
    bell = telltale_eventfd()
    controlBell = telltale_eventfd()
  }

  deinit {
    close(bell)
    close(controlBell)
  }

  static func memoryBytes(buses: Int) -> Int {
    let link = BusLink(buses: buses)
    return link.notices.memoryBytes + link.samples.memoryBytes + MemoryLayout<VehicleSigns>.stride
  }

  /// Readable when there is news for capture.
  var captureBell: Int32 { bell }

  /// Control: wakes capture.
  func ring() { telltale_eventfd_signal(bell) }

  /// Capture: wakes control, which is to look at the signs at once.
  func alarm() {
    isAlarmed.store(true, ordering: .releasing)
    telltale_eventfd_signal(controlBell)
  }

  /// Control: whether capture gave the alarm since the last call.
  func takeAlarm() -> Bool { isAlarmed.exchange(false, ordering: .acquiringAndReleasing) }

  /// Capture: whether something waits in the rings, or a descriptor came.
  var hasNews: Bool { notices.count > 0 || samples.count > 0 || hasDescriptor.load(ordering: .acquiring) }

  /// Capture: has seen to descriptors.
  func descriptorsTaken() { hasDescriptor.store(false, ordering: .relaxed) }

  /// Control: tells that a descriptor was offered.
  func descriptorOffered() {
    hasDescriptor.store(true, ordering: .releasing)
    ring()
  }

  /// Capture: takes note of the bell.
  func silence() { telltale_eventfd_clear(bell) }

  /// Capture: leaves what it sees of the vehicle, unless control is looking this instant.
  func post(_ signs: VehicleSigns) { board.withLockIfAvailable { $0 = signs } }

  /// Control: what capture saw last.
  var signs: VehicleSigns { board.withLock { $0 } }
}
