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
  /// Control → capture, by bus: what adapters heard. Nil for interfaces, which capture reads itself.
  let heard: [Ring<CANFrame>?]
  private let board: Mutex<VehicleSigns>
  private let bell: Int32
  private let hasDescriptor = Atomic<Bool>(false)
  private let isAlarmed = Atomic<Bool>(false)
  /// Readable when there is something for control to do.
  let controlBell: Int32

  /// - Parameter adapters: for each bus of the configuration, at most 8, whether it is an adapter.
  init(adapters: [Bool]) {
    slots = adapters.map { _ in DescriptorSlot() }
    // At 2 Mbit/s an adapter that listens passes on some 5,000 frames a second.
    heard = adapters.map { $0 ? Ring<CANFrame>(capacity: 256) : nil }
    board = Mutex(VehicleSigns(time: .zero))
    bell = telltale_eventfd()
    controlBell = telltale_eventfd()
  }

  deinit {
    close(bell)
    close(controlBell)
  }

  static func memoryBytes(adapters: [Bool]) -> Int {
    let link = BusLink(adapters: adapters)
    return link.notices.memoryBytes + link.samples.memoryBytes + MemoryLayout<VehicleSigns>.stride
      + link.heard.reduce(0) { $0 + ($1?.memoryBytes ?? 0) }
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
