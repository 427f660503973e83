// Telemetry on the air: the envelope, the compressed content, and what a stranger might send instead.
import Documents
import Testing
import Vocabulary

@testable import FleetContract

private let epoch = "0123456789abcdef0123456789abcdef"
private let time = Timestamp(
  boot: BootID(high: 1, low: 0xFEDC_BA98_7654_3210), uptime: Instant(nanoseconds: 5),
  wallNanoseconds: 1_795_228_080_000_000_000, quality: .ntp)

private func topic(_ text: String = "telltale/v1/van-7/telemetry") throws -> Topic { try #require(Topic(text)) }

private func message(
  sequence: Int64 = 42, _ content: TelemetryMessage.Content = .columns([1, 2, 3])
) throws -> TelemetryMessage {
  TelemetryMessage(
    vehicle: try #require(VehicleID("van-7")), epoch: epoch, sequence: sequence, time: time, content: content)
}

private func columns(_ count: Int) throws -> [UInt8] {
  var encoder = try ColumnEncoder(seconds: 1, intervals: [1000], hasNames: true)
  for number in 0..<count {
    let value = Double(number % 100) / 10
    try encoder.add(
      SignalColumn(
        number: UInt32(number), name: SignalName(path: "Vehicle.Signal\(number)", unit: "V"),
        rows: [ColumnRow(position: 0, count: 3, minimum: value, maximum: value, sum: 3 * value, last: value)]))
  }
  return encoder.finish()
}

@Suite struct TelemetryMessageTests {
  @Test func hasThePublishedForm() throws {
    let bytes = try message().encoded
    let expected: [UInt8] =
      [0x0A, 16, 0x01, 0x23, 0x45, 0x67, 0x89, 0xAB, 0xCD, 0xEF, 0x01, 0x23, 0x45, 0x67, 0x89, 0xAB, 0xCD, 0xEF]
      + [0x10, 42]
      + [0x22, 16, 0, 0, 0, 0, 0, 0, 0, 1, 0xFE, 0xDC, 0xBA, 0x98, 0x76, 0x54, 0x32, 0x10]
      + [0x28, 5] + [0x30, 0x80, 0x80, 0xA7, 0xF3, 0xAB, 0x9B, 0xF7, 0xE9, 0x31] + [0x38, 2]
      + [0x42, 3, 1, 2, 3]
    #expect(bytes == expected)
    #expect(bytes.count - 3 <= TelemetryMessage.envelopeLimit)
  }

  @Test(arguments: [
    .columns([9]), .dropped(DroppedTelemetry(reason: "quota", count: 7), first: 36),
    .dropped(DroppedTelemetry(reason: "damage", count: nil), first: 1),
    .dropped(DroppedTelemetry(reason: "quota", count: 0), first: 42),
  ] as [TelemetryMessage.Content])
  func readsBack(content: TelemetryMessage.Content) throws {
    let sent = try message(content)
    #expect(try TelemetryMessage(decoding: sent.encoded, from: topic()) == sent)
  }

  @Test func identifiesRecordsAndTombstones() throws {
    #expect(try message().id == epoch + ".telemetry.42")
    #expect(try message().firstSequence == nil)
    let tombstone = try message(.dropped(DroppedTelemetry(reason: "quota", count: 7), first: 36))
    #expect(tombstone.id == epoch + ".telemetry.36-42")
    #expect(tombstone.firstSequence == 36)
  }

  @Test func carriesATombstonesDataBothWays() throws {
    let data = Array("{\"first\":36,\"last\":42,\"count\":7,\"reason\":\"quota\",\"lane\":\"telemetry\"}".utf8)
    let dropped = try #require(DroppedTelemetry(data: data))
    #expect(dropped == DroppedTelemetry(reason: "quota", count: 7))
    #expect(dropped.data(first: 36, last: 42) == data)
    let unknown = Array("{\"first\":1,\"last\":2,\"count\":null,\"reason\":\"damage\",\"lane\":\"telemetry\"}".utf8)
    #expect(DroppedTelemetry(data: unknown)?.data(first: 1, last: 2) == unknown)
    for text in ["{}", "", "{\"reason\":\"\"}", "{\"reason\":\"quota\",\"count\":-1}"] {
      #expect(DroppedTelemetry(data: Array(text.utf8)) == nil)
    }
  }

  @Test func namesAWrongField() throws {
    func refuses(_ field: String, _ bend: (inout TelemetryMessage) throws -> Void) throws {
      var bent = try message()
      try bend(&bent)
      #expect(throws: TelemetryError.invalid(field: field)) {
        try TelemetryMessage(decoding: bent.encoded, from: topic())
      }
    }
    try refuses("epoch") { $0.epoch = "0123" }
    try refuses("sequence") { $0.sequence = 0 }
    try refuses("sequence") { $0.sequence = CloudEvent.sequenceLimit + 1 }
    try refuses("columns") { $0.content = .columns([]) }
    let dropped = DroppedTelemetry(reason: "quota", count: 1)
    try refuses("first_sequence") { $0.content = .dropped(dropped, first: 0) }
    try refuses("first_sequence") { $0.content = .dropped(dropped, first: 43) }
    try refuses("dropped.reason") { $0.content = .dropped(DroppedTelemetry(reason: "", count: 1), first: 1) }
    try refuses("dropped.count_and_one") {
      $0.content = .dropped(DroppedTelemetry(reason: "quota", count: 1 << 48), first: 1)
    }
    let whole = try message().encoded
    for (bytes, field) in [
      ([], "epoch"), (whole + [0x1A + 0x30, 0], "content"), (whole + [0x38, 4], "clock_quality"),
      (whole + [0x18, 1], "first_sequence"), (Array(whole.dropLast(5)), "content"), (whole + [0x22, 1, 1], "boot"),
    ] as [([UInt8], String)] {
      #expect(throws: TelemetryError.invalid(field: field)) { try TelemetryMessage(decoding: bytes, from: topic()) }
    }
    #expect(throws: TelemetryError.notProtobuf(.wrongType(field: 1))) {
      try TelemetryMessage(decoding: whole + [0x08, 1], from: topic())
    }
  }

  @Test func passesOverWhatALaterVersionAdds() throws {
    let sent = try message()
    #expect(try TelemetryMessage(decoding: sent.encoded + [0xA0, 0x06, 7], from: topic()) == sent)
  }

  @Test func refusesAnotherTopicAndTooMuch() throws {
    let bytes = try message().encoded
    #expect(throws: TelemetryError.wrongTopic("telltale/v1/van-7/events")) {
      try TelemetryMessage(decoding: bytes, from: topic("telltale/v1/van-7/events"))
    }
    let large = Array(repeating: UInt8(0), count: TelemetryMessage.sizeLimit + 1)
    #expect(throws: TelemetryError.tooLarge(bytes: large.count)) {
      try TelemetryMessage(decoding: large, from: topic())
    }
  }

  @Test func survivesDamage() throws {
    for content in [
      TelemetryMessage.Content.columns([1, 2, 3]), .dropped(DroppedTelemetry(reason: "quota", count: 7), first: 36),
    ] {
      let good = try message(content).encoded
      for end in good.indices {
        #expect(throws: TelemetryError.self) { try TelemetryMessage(decoding: Array(good[..<end]), from: topic()) }
        for byte in UInt8.min...UInt8.max {
          var bent = good
          bent[end] = byte
          guard let read = try? TelemetryMessage(decoding: bent, from: topic()) else { continue }
          #expect(try TelemetryMessage(decoding: read.encoded, from: topic()) == read)
        }
      }
    }
  }
}

@Suite struct TelemetryCompressionTests {
  @Test func opensWhatItPacks() throws {
    let compressor = try TelemetryCompressor()
    // Small after large: the same memory serves both.
    for count in [2000, 1, 0, 2000, 50] {
      let batch = try columns(count)
      let frame = try compressor.compress(batch)
      #expect(try decompressTelemetry(frame) == batch)
      if count == 2000 { #expect(frame.count * 4 < batch.count) }
    }
  }

  @Test func takesTheLargestBatch() throws {
    let compressor = try TelemetryCompressor()
    var state: UInt64 = 1
    let noise = (0..<ColumnLimit.bytes).map { _ in
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return UInt8(truncatingIfNeeded: state >> 56)
    }
    #expect(try decompressTelemetry(compressor.compress(noise)) == noise)
    #expect(throws: TelemetryError.invalid(field: "content")) { try compressor.compress(noise + [0]) }
  }

  @Test func worksInLittleMemory() { #expect(TelemetryCompressor.memoryBytes <= 160 * 1024) }

  @Test func refusesFramesThatAreNone() throws {
    let good = try TelemetryCompressor().compress(columns(20))
    func refuses(_ frame: [UInt8], _ problem: String) {
      #expect(throws: TelemetryError.compression(problem)) { try decompressTelemetry(frame) }
    }
    refuses([], "no zstd frame")
    refuses(Array("no frame".utf8), "no zstd frame")
    // A skippable frame of four bytes.
    refuses([0x50, 0x2A, 0x4D, 0x18, 4, 0, 0, 0, 1, 2, 3, 4], "no zstd frame")
    refuses(good + good, "not one whole frame")
    refuses(Array(good.dropLast()), "not one whole frame")
    // One raw block of three bytes, no size told; then 4 GiB told; then a dictionary asked for.
    let size = "a frame that tells no size up to \(ColumnLimit.bytes) bytes"
    refuses([0x28, 0xB5, 0x2F, 0xFD, 0x00, 0x20, 0x19, 0, 0, 1, 2, 3], size)
    refuses([0x28, 0xB5, 0x2F, 0xFD, 0xA0, 0xFF, 0xFF, 0xFF, 0xFF, 0x19, 0, 0, 1, 2, 3], size)
    refuses([0x28, 0xB5, 0x2F, 0xFD, 0x21, 9, 3, 0x19, 0, 0, 1, 2, 3], "a frame that needs a dictionary")
    // A window of a gigabyte around little content.
    refuses([0x28, 0xB5, 0x2F, 0xFD, 0x40, 0xA0, 3, 0, 0x19, 0, 0, 1, 2, 3], size)
    // A byte of the content bent: the check sum tells.
    var bent = good
    bent[bent.count / 2] ^= 1
    #expect(throws: TelemetryError.self) { try decompressTelemetry(bent) }
  }
}
