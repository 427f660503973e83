// Time: civil dates, RFC 3339, boot identities, instants.
import Testing

@testable import Vocabulary

@Suite struct TimeTests {
  /// Every day of 4,000 years, against a calendar that counts day by day.
  @Test func civilDatesAgreeWithCountingDays() {
    let lengths = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
    var (year, month, day) = (-1000, 1, 1)
    var number = daysSince1970(year: year, month: month, day: day)
    var wrong = 0
    while year < 3000 {
      let date = civilDate(daysSince1970: number)
      let back = daysSince1970(year: year, month: month, day: day)
      if date.year != year || date.month != month || date.day != day || back != number { wrong += 1 }
      number += 1
      day += 1
      let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
      if day > lengths[month - 1] + (month == 2 && isLeap ? 1 : 0) {
        day = 1
        month += 1
      }
      if month == 13 {
        month = 1
        year += 1
      }
    }
    #expect(wrong == 0)
  }

  @Test func civilDatesFarFromTheEpoch() {
    for days in [-400_000_000, -719_468, -719_469, -1, 0, 1, 59, 400_000_000] {
      let date = civilDate(daysSince1970: days)
      #expect(daysSince1970(year: date.year, month: date.month, day: date.day) == days)
      #expect((1...12).contains(date.month) && (1...31).contains(date.day))
    }
    #expect(daysSince1970(year: 1970, month: 1, day: 1) == 0)
    #expect(daysSince1970(year: 2000, month: 2, day: 29) == 11_016)
  }

  @Test(arguments: [
    (0, "1970-01-01T00:00:00.000Z"),
    (-1, "1969-12-31T23:59:59.999Z"),
    (-86_400_000_000_000, "1969-12-31T00:00:00.000Z"),
    (951_782_400_000_000_000, "2000-02-29T00:00:00.000Z"),
    (1_795_228_080_999_999_999, "2026-11-21T02:28:00.999Z"),
    (Int64.max, "2262-04-11T23:47:16.854Z"),
    (Int64.min, "1677-09-21T00:12:43.145Z"),
  ])
  func rfc3339(nanoseconds: Int64, text: String) {
    #expect(rfc3339UTC(wallNanoseconds: nanoseconds) == text)
    let stamp = Timestamp(
      boot: BootID(high: 0, low: 0), uptime: .zero, wallNanoseconds: nanoseconds, quality: .none)
    #expect(stamp.rfc3339 == text)
  }

  @Test func bootIDReadsWhatTheKernelWrites() throws {
    let id = try #require(BootID("6f1a4c3e-09b2-4d5f-8a7c-00000000BEEF"))
    #expect(id.high == 0x6f1a_4c3e_09b2_4d5f && id.low == 0x8a7c_0000_0000_beef)
    #expect(id.description == "6f1a4c3e09b24d5f8a7c00000000beef")
    #expect(BootID(id.description) == id)
    #expect(BootID(BootID(high: 0, low: 1).description) == BootID(high: 0, low: 1))
  }

  @Test(arguments: [
    "", "6f1a", "6f1a4c3e09b24d5f8a7c00000000bee", "6f1a4c3e09b24d5f8a7c00000000beef0",
    "6f1a4c3e09b24d5f8a7c00000000beeg", "6f1a4c3e09b24d5f8a7c00000000beef\n",
  ])
  func bootIDRefuses(text: String) {
    #expect(BootID(text) == nil)
  }

  @Test func instantsSaturate() {
    let one = Instant(nanoseconds: 1_000_000_000)
    #expect(one.advanced(seconds: 0.5).nanoseconds == 1_500_000_000)
    #expect(one.advanced(seconds: -2).nanoseconds == -1_000_000_000)
    #expect(one.advanced(seconds: 1e30).nanoseconds == .max)
    #expect(one.advanced(seconds: -1e30).nanoseconds == .min)
    #expect(Instant(nanoseconds: .max).advanced(seconds: 1).nanoseconds == .max)
    #expect(one.seconds(since: Instant(nanoseconds: 3_500_000_000)) == -2.5)
  }

  @Test func onlyAnUnsetClockIsNotTrusted() {
    #expect(ClockQuality.allCases.filter { !$0.isTrusted } == [.none])
    #expect(ClockQuality.allCases.map(\.name) == ["none", "rtc", "ntp", "gnss"])
  }

  @Test func hexadecimalDigits() {
    #expect(hexadecimal(UInt64.zero) == "0000000000000000" && hexadecimal(UInt64.max) == "ffffffffffffffff")
    #expect(hexadecimal(UInt8(0x0A)) == "0A" && hexadecimal(UInt8.max) == "FF")
    for value in UInt8.min...UInt8.max {
      let expected = Character(UnicodeScalar(value)).hexDigitValue.map { UInt8($0) }
      #expect(hexDigit(value) == expected)
    }
  }
}
