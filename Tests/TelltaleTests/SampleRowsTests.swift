// The rows of `telltale decode`.
import Testing
import Vocabulary

@testable import telltale

struct SampleRowsTests {
  private static let signals = [RowSignal(name: "A.Speed", unit: "km/h"), RowSignal(name: "odd, \"name\"", unit: "")]

  private static func text(_ format: RowFormat, _ samples: [Sample]) -> String {
    var rows = SampleRows(format, signals: signals)
    for sample in samples { rows.add(sample) }
    rows.finish()
    return String(decoding: rows.take(), as: UTF8.self)
  }

  private static func sample(
    _ nanoseconds: Int64, _ value: Double, _ signal: UInt16 = 0, _ validity: Validity = .valid
  ) -> Sample {
    Sample(
      time: Instant(nanoseconds: nanoseconds), value: value, signal: SignalID(rawValue: signal), validity: validity)
  }

  @Test func csvQuotesWhatNeedsIt() {
    let text = Self.text(.csv, [Self.sample(1_500_000_000, 12), Self.sample(1_500_000_001, 0.1, 1)])
    #expect(
      text.split(separator: "\n") == [
        "time,signal,value,unit,validity", "1.500000,A.Speed,12,km/h,valid",
        #"1.500000001,"odd, ""name""",0.1,,valid"#,
      ])
  }

  @Test func whatIsNoValueIsNotShownAsOne() {
    let samples = [
      Self.sample(0, 255, 0, .notAvailable), Self.sample(0, 254, 0, .error), Self.sample(0, 400, 0, .outOfRange),
    ]
    #expect(
      Self.text(.csv, samples).split(separator: "\n").dropFirst() == [
        "0.000000,A.Speed,,km/h,not-available", "0.000000,A.Speed,,km/h,error", "0.000000,A.Speed,400,km/h,out-of-range",
      ])
    #expect(Self.text(.jsonl, samples).contains(#""value":null,"unit":"km/h","validity":"error"}"#))
  }

  @Test func oneDocumentIsAnArrayOfTheSameRows() {
    #expect(Self.text(.json, []) == "[]\n")
    let text = Self.text(.json, [Self.sample(0, 1), Self.sample(0, 2)])
    #expect(text.hasPrefix("[\n{"))
    #expect(text.hasSuffix("}\n]\n"))
    #expect(text.contains("},\n{"))
  }

  @Test func jsonRowsNameTheValuesThatHaveNames() {
    var rows = SampleRows(.jsonl, signals: [RowSignal(name: "Gear", unit: "", labels: [-1: "reverse", 0: "neutral"])])
    rows.add(Self.sample(0, -1))
    rows.add(Self.sample(0, 1))
    let lines = String(decoding: rows.take(), as: UTF8.self).split(separator: "\n")
    #expect(lines[0].hasSuffix(#""validity":"valid","label":"reverse"}"#))
    #expect(lines[1].hasSuffix(#""validity":"valid"}"#))
  }

  @Test func timesBefore1970KeepTheirSign() {
    #expect(Self.text(.csv, [Self.sample(-1_500_000_000, 1)]).contains("\n-1.500000,"))
  }
}
