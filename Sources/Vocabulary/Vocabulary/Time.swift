// Time as a gateway knows it: a clock that runs on in suspend, a wall clock that may be wrong, and how far to trust it.

/// A point on one boot's BOOTTIME axis, in nanoseconds. Only instants of the same boot compare.
public struct Instant: Comparable, Hashable, BitwiseCopyable, Sendable {
  public var nanoseconds: Int64

  @inlinable public init(nanoseconds: Int64) { self.nanoseconds = nanoseconds }
  @inlinable public static func < (a: Instant, b: Instant) -> Bool { a.nanoseconds < b.nanoseconds }

  /// Seconds from `earlier` to `self`; negative when `self` is the earlier one.
  @inlinable public func seconds(since earlier: Instant) -> Double {
    Double(nanoseconds &- earlier.nanoseconds) * 1e-9
  }

  /// The instant `seconds` later (earlier when negative). Saturates instead of overflowing.
  @inlinable public func advanced(seconds: Double) -> Instant {
    let delta = seconds * 1e9
    guard abs(delta) < 9e18 else { return Instant(nanoseconds: delta > 0 ? .max : .min) }
    let (sum, overflow) = nanoseconds.addingReportingOverflow(Int64(delta))
    return Instant(nanoseconds: overflow ? (delta > 0 ? .max : .min) : sum)
  }

  @inlinable public static var zero: Instant { Instant(nanoseconds: 0) }
}

/// How far a wall clock can be trusted. Calendar spans across boots count only between `isTrusted` readings.
public enum ClockQuality: UInt8, BitwiseCopyable, Sendable, CaseIterable {
  /// Not set since power-up: a gateway that boots in 1970.
  case none = 0
  /// A battery-backed clock, not confirmed by the network.
  case rtc = 1
  /// Disciplined by NTP, or read from a recording that was made with a good clock.
  case ntp = 2
  /// Disciplined by a satellite receiver.
  case gnss = 3

  @inlinable public var isTrusted: Bool { self.rawValue >= ClockQuality.rtc.rawValue }

  public var name: String {
    switch self {
    case .none: "none"
    case .rtc: "rtc"
    case .ntp: "ntp"
    case .gnss: "gnss"
    }
  }
}

/// The kernel's random identity of one boot (128 bits); a replay makes one of its own.
public struct BootID: Hashable, BitwiseCopyable, Sendable, CustomStringConvertible {
  public var high: UInt64
  public var low: UInt64

  @inlinable public init(high: UInt64, low: UInt64) {
    self.high = high
    self.low = low
  }

  /// Reads 32 hexadecimal digits, hyphens ignored, as in `/proc/sys/kernel/random/boot_id`. Nil for anything else.
  public init?(_ text: String) {
    var digits = 0
    var value: (high: UInt64, low: UInt64) = (0, 0)
    for byte in text.utf8 where byte != UInt8(ascii: "-") {
      guard let digit = hexDigit(byte), digits < 32 else { return nil }
      if digits < 16 { value.high = value.high << 4 | UInt64(digit) } else { value.low = value.low << 4 | UInt64(digit) }
      digits += 1
    }
    guard digits == 32 else { return nil }
    self.init(high: value.high, low: value.low)
  }

  /// 32 lower-case hexadecimal digits.
  public var description: String { hexadecimal(high) + hexadecimal(low) }
}

/// A point in time as a record keeps it: where on which boot's axis, what the wall clock said, how good it was.
public struct Timestamp: Hashable, BitwiseCopyable, Sendable {
  public var boot: BootID
  /// BOOTTIME: monotonic within `boot`, runs on in suspend.
  public var uptime: Instant
  /// Nanoseconds since 1970-01-01T00:00:00Z as the wall clock said; only as good as `quality`.
  public var wallNanoseconds: Int64
  public var quality: ClockQuality

  @inlinable public init(boot: BootID, uptime: Instant, wallNanoseconds: Int64, quality: ClockQuality) {
    self.boot = boot
    self.uptime = uptime
    self.wallNanoseconds = wallNanoseconds
    self.quality = quality
  }

  /// Stands for no time at all: boot 0, 1970.
  @inlinable public static var unknown: Timestamp {
    Timestamp(boot: BootID(high: 0, low: 0), uptime: .zero, wallNanoseconds: 0, quality: .none)
  }

  /// RFC 3339 in UTC with milliseconds, for example `2026-11-21T02:28:00.000Z`.
  public var rfc3339: String { rfc3339UTC(wallNanoseconds: wallNanoseconds) }
}

/// RFC 3339 in UTC with milliseconds. Proleptic Gregorian calendar; years outside 0...9999 are clamped.
public func rfc3339UTC(wallNanoseconds: Int64) -> String {
  let day: Int64 = 86_400_000_000_000
  // Rounded down, also before 1970; by the remainder, so that the very first nanoseconds do not overflow.
  let remainder = wallNanoseconds % day
  let days = wallNanoseconds / day - (remainder < 0 ? 1 : 0)
  let inDay = remainder < 0 ? remainder + day : remainder
  let (year, month, date) = civilDate(daysSince1970: Int(days))
  let milliseconds = Int(inDay / 1_000_000)
  return padded(year, 4) + "-" + padded(month, 2) + "-" + padded(date, 2) + "T" + padded(milliseconds / 3_600_000, 2)
    + ":" + padded(milliseconds / 60_000 % 60, 2) + ":" + padded(milliseconds / 1000 % 60, 2) + "."
    + padded(milliseconds % 1000, 3) + "Z"
}

/// Year, month 1...12 and day 1...31 of a day counted from 1970-01-01 (proleptic Gregorian calendar).
public func civilDate(daysSince1970 days: Int) -> (year: Int, month: Int, day: Int) {
  // Shift the year to begin on 1 March, so that the leap day is a year's last day; then 400-year cycles are equal.
  let shifted = days + 719_468
  let cycle = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
  let dayOfCycle = shifted - cycle * 146_097
  let yearOfCycle = (dayOfCycle - dayOfCycle / 1460 + dayOfCycle / 36_524 - dayOfCycle / 146_096) / 365
  let dayOfYear = dayOfCycle - (365 * yearOfCycle + yearOfCycle / 4 - yearOfCycle / 100)
  let marchMonth = (5 * dayOfYear + 2) / 153
  let month = marchMonth < 10 ? marchMonth + 3 : marchMonth - 9
  let year = yearOfCycle + cycle * 400 + (month <= 2 ? 1 : 0)
  return (year, month, dayOfYear - (153 * marchMonth + 2) / 5 + 1)
}

/// Days from 1970-01-01 to a date of the proleptic Gregorian calendar.
public func daysSince1970(year: Int, month: Int, day: Int) -> Int {
  let marchYear = month <= 2 ? year - 1 : year
  let cycle = (marchYear >= 0 ? marchYear : marchYear - 399) / 400
  let yearOfCycle = marchYear - cycle * 400
  let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
  return cycle * 146_097 + yearOfCycle * 365 + yearOfCycle / 4 - yearOfCycle / 100 + dayOfYear - 719_468
}

func padded(_ value: Int, _ width: Int) -> String {
  let digits = String(max(0, value))
  return digits.utf8.count >= width ? digits : String(repeating: "0", count: width - digits.utf8.count) + digits
}

/// 16 lower-case hexadecimal digits.
public func hexadecimal(_ value: UInt64) -> String {
  let digits = String(value, radix: 16)
  return String(repeating: "0", count: 16 - digits.utf8.count) + digits
}

/// The value of one hexadecimal digit of either case; nil for any other byte.
@inlinable public func hexDigit(_ byte: UInt8) -> UInt8? {
  switch byte {
  case 0x30...0x39: byte &- 0x30
  case 0x41...0x46: byte &- 0x37
  case 0x61...0x66: byte &- 0x57
  default: nil
  }
}
