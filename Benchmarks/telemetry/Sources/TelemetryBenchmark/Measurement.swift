// Sizes and times of one set, as lines for the caller.
import Documents
import FleetContract
import Glibc
import Vocabulary

struct Measurement {
  private static var rounds: Int { 5 }

  private let set: RollUpSet

  init(_ set: RollUpSet) { self.set = set }

  func report() throws {
    print("set", set.catalogue.count, set.seconds.count, set.samples, set.rawSamples)
    let chunks = try Encoding.chunks(set.seconds[...])
    print("chunks", perSample(chunks.reduce(0) { $0 + $1.count }))
    for length in [1, 10, 60] {
      for encoding in Encoding.allCases {
        var sizes = (plain: 0, zstd1: 0, zstd3: 0)
        for batch in batches(of: length) {
          let bytes = try encoding.encode(batch, set.catalogue)
          sizes.plain += bytes.count
          sizes.zstd1 += zstdSize(bytes, level: 1)
          sizes.zstd3 += zstdSize(bytes, level: 3)
        }
        print(
          "size", length, encoding.rawValue, perSample(sizes.plain), perSample(sizes.zstd1), perSample(sizes.zstd3))
      }
      print("wire", length, perSample(try messages(length).reduce(0) { $0 + $1.count }))
    }
    try reportTimes(chunks)
  }

  /// What a batch takes on the wire, envelope included.
  private func messages(_ length: Int) throws -> [[UInt8]] {
    let compressor = try TelemetryCompressor()
    guard let vehicle = VehicleID("bench") else { throw Failure(description: "no vehicle") }
    return try batches(of: length).enumerated().map { place, batch in
      let frame = try compressor.compress(try Encoding.columns.encode(batch, set.catalogue))
      let time = Timestamp(
        boot: BootID(high: 0x0123_4567_89AB_CDEF, low: 0xFEDC_BA98_7654_3210),
        uptime: Instant(nanoseconds: 3_600_000_000_000), wallNanoseconds: 1_795_228_080_000_000_000, quality: .ntp)
      return TelemetryMessage(
        vehicle: vehicle, epoch: time.boot.description, sequence: Int64(place + 100_000), time: time,
        content: .columns(frame)
      ).encoded
    }
  }

  private func reportTimes(_ chunks: [[UInt8]]) throws {
    var batches: [[UInt8]] = []
    var frames: [[UInt8]] = []
    let compressor = try TelemetryCompressor()
    let times = try [
      ("chunk-encode", time { _ = try Encoding.chunks(set.seconds[...]) }),
      ("chunk-decode", time { try chunks.forEach(decode) }),
      (
        "batch-encode",
        time {
          batches = try stride(from: 0, to: chunks.count, by: 60).map {
            try Encoding.batch(of: Array(chunks[$0..<min($0 + 60, chunks.count)]), set.catalogue)
          }
        }
      ),
      ("batch-compress", time { frames = try batches.map(compressor.compress) }),
      ("batch-decompress", time { try frames.forEach { _ = try decompressTelemetry($0) } }),
      ("batch-decode", time { try batches.forEach(decode) }),
    ]
    for (name, nanoseconds) in times { print("time", name, nanoseconds) }
    print("memory", TelemetryCompressor.memoryBytes)
  }

  private func decode(_ bytes: [UInt8]) throws {
    var decoder = try ColumnDecoder(bytes)
    var signal = SignalColumn()
    while try decoder.next(&signal) {}
  }

  private func batches(of length: Int) -> [ArraySlice<RollUpSet.Second>] {
    stride(from: 0, to: set.seconds.count, by: length).map { set.seconds[$0..<min($0 + length, set.seconds.count)] }
  }

  private func perSample(_ bytes: Int) -> Double { Double(bytes) / Double(set.samples) }

  /// Nanoseconds of CPU per sample, the median of some rounds.
  private func time(_ work: () throws -> Void) rethrows -> Double {
    var rounds: [Double] = []
    for _ in 0..<Self.rounds {
      let start = now()
      try work()
      rounds.append(Double(now() - start) / Double(set.samples))
    }
    return rounds.sorted()[rounds.count / 2]
  }

  private func now() -> Int {
    var time = timespec()
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
    return time.tv_sec * 1_000_000_000 + time.tv_nsec
  }
}

extension RollUpSet {
  /// The first minute: the columns as they are before compression, and every number of it as its sixteen digits.
  func writeOracle(to folder: String) throws {
    let columns = try Encoding.columns.encode(seconds.prefix(60), catalogue)
    var json = JSONText(reserving: 1 << 20)
    json.beginArray()
    for (position, second) in seconds.prefix(60).enumerated() {
      for rollUp in second.rollUps {
        json.beginArray()
        json.value(catalogue[rollUp.signal].path)
        json.value(catalogue[rollUp.signal].unit)
        json.value(position)
        json.value(second.interval)
        json.value(rollUp.count)
        for value in [rollUp.last, rollUp.minimum, rollUp.maximum, rollUp.sum] {
          json.value(hexadecimal(value.bitPattern))
        }
        json.endArray()
      }
    }
    json.endArray()
    for (name, bytes) in [("columns.bin", columns), ("rows.json", json.bytes)] {
      guard let file = fopen(folder + "/" + name, "w") else {
        throw Failure(description: "\(folder): cannot be written")
      }
      fwrite(bytes, 1, bytes.count, file)
      fclose(file)
    }
  }
}
