// The one source of time: the machine's clocks, or a virtual clock that a recording or a test moves.
public import Vocabulary
import CLinux
import Synchronization

/// Tells the time. One instance is handed to everything that asks for it.
public protocol TimeSource: Sendable {
  /// The identity of the running boot, or of the replay.
  var boot: BootID { get }
  func now() -> Timestamp
}

/// BOOTTIME, the wall clock and the kernel's own word on how good it is.
public struct RealClock: TimeSource {
  public let boot: BootID
  private let hasRTC: Bool

  /// Reads the kernel's boot id; a random one where `/proc` is not mounted.
  public init() {
    var one: CChar = 0
    hasRTC = telltale_read_file("/sys/class/rtc/rtc0/name", &one, 1) == 1
    var text = [CChar](repeating: 0, count: 64)
    let length = telltale_read_file("/proc/sys/kernel/random/boot_id", &text, text.count)
    let digits = String(decoding: text.prefix(max(0, Int(length))).map { UInt8(bitPattern: $0) }, as: UTF8.self)
    boot = BootID(String(digits.prefix { $0.isHexDigit || $0 == "-" })) ?? BootID.random()
  }

  public func now() -> Timestamp {
    let wall = telltale_clock_realtime_ns()
    return Timestamp(
      boot: boot, uptime: Instant(nanoseconds: telltale_clock_boottime_ns()), wallNanoseconds: wall,
      quality: RealClock.quality(
        wallNanoseconds: wall, isSynchronised: telltale_clock_is_synchronised() != 0, hasRTC: hasRTC))
  }

  /// Monotonic nanoseconds of this machine, for pace and time-outs that a replay must not bend.
  public static func hostNanoseconds() -> Int64 { telltale_clock_boottime_ns() }

  /// `none` before 2024 (a clock that was never set), `ntp` when the kernel says that it is disciplined, `rtc` where a
  /// battery keeps one; else `none`: the date that a machine without such a clock wakes up with is its last one, or that
  /// of its software.
  static func quality(wallNanoseconds: Int64, isSynchronised: Bool, hasRTC: Bool) -> ClockQuality {
    guard wallNanoseconds > 1_704_067_200_000_000_000 else { return .none }
    return isSynchronised ? .ntp : hasRTC ? .rtc : .none
  }
}

/// A clock that stands still until it is moved. Safe to read from any thread.
public final class VirtualClock: TimeSource {
  public let boot: BootID
  private let wallAtZero: Atomic<Int64>
  private let quality: Atomic<UInt8>
  private let uptime = Atomic<Int64>(0)

  /// - Parameters:
  ///   - wallNanoseconds: what the wall clock says at uptime 0, in nanoseconds since 1970.
  public init(boot: BootID = .random(), wallNanoseconds: Int64, quality: ClockQuality = .ntp) {
    self.boot = boot
    wallAtZero = Atomic(wallNanoseconds)
    self.quality = Atomic(quality.rawValue)
  }

  public func now() -> Timestamp { timestamp(at: Instant(nanoseconds: uptime.load(ordering: .acquiring))) }

  /// What this clock says at `instant`.
  public func timestamp(at instant: Instant) -> Timestamp {
    Timestamp(
      boot: boot, uptime: instant, wallNanoseconds: wallAtZero.load(ordering: .acquiring) &+ instant.nanoseconds,
      quality: ClockQuality(rawValue: quality.load(ordering: .acquiring)) ?? .none)
  }

  /// Sets the wall clock, as a network or a person does; the uptime goes on.
  public func set(wallNanoseconds: Int64, quality: ClockQuality) {
    wallAtZero.store(wallNanoseconds &- uptime.load(ordering: .acquiring), ordering: .releasing)
    self.quality.store(quality.rawValue, ordering: .releasing)
  }

  /// Moves the clock forward to `instant`; an earlier one leaves it where it is.
  public func advance(to instant: Instant) {
    uptime.max(instant.nanoseconds, ordering: .acquiringAndReleasing)
  }
}

extension BootID {
  /// A random identity for a replay or a machine without one.
  public static func random() -> BootID { BootID(high: .random(in: .min ... .max), low: .random(in: .min ... .max)) }
}
