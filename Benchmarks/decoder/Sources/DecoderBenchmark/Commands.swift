// The program that `run` talks to over pipes: one command a line on standard input, one answer a line.
//
//   decoder-benchmark FILE.dbc     answers with a line for each signal, then `ready`
//   frames PATH                    loads frames of 16 bytes; answers `frames COUNT`
//   library NAME PATH              loads a rival; answers `library NAME`
//   time NAME PASSES               answers `time NANOSECONDS` of CPU
//   check NAME                     answers `check CHECKSUM SAMPLES OUTSIDE-OF-RANGE`

import Decoding
import Glibc
import Vocabulary

@main struct Commands {
  static func main() {
    do {
      guard CommandLine.arguments.count == 2 else { throw BenchmarkError(description: "one DBC file is wanted") }
      var bench = Benchmark(telltale: try Telltale(dbc: CommandLine.arguments[1]))
      for line in bench.telltale.signalLines { print(line) }
      say("ready")
      while let line = readLine() { say(try bench.answer(line.split(separator: " ").map(String.init))) }
    } catch {
      let line = "decoder-benchmark: \(error)\n"
      write(STDERR_FILENO, line, line.utf8.count)
      exit(1)
    }
  }

  private static func say(_ line: String) {
    print(line)
    fflush(nil)
  }
}

struct Benchmark {
  let telltale: Telltale
  private var rivals: [String: Rival] = [:]
  private var classic: [ClassicFrame] = []
  private var frames: [CANFrame] = []
  private var out: [Sample]

  init(telltale: Telltale) {
    out = Array(
      repeating: Sample(time: .zero, value: 0, signal: SignalID(rawValue: 0)),
      count: max(512, telltale.table.largestMessage))
    self.telltale = telltale
  }

  mutating func answer(_ words: [String]) throws(BenchmarkError) -> String {
    switch (words.first, words.count) {
    case ("frames", 2):
      try load(path: words[1])
      return "frames \(frames.count)"
    case ("library", 3):
      rivals[words[1]] = try Rival(library: words[2])
      return "library \(words[1])"
    case ("time", 3):
      let passes = Int(words[2]) ?? 1
      var start = timespec()
      var end = timespec()
      clock_gettime(CLOCK_THREAD_CPUTIME_ID, &start)
      try decode(words[1], 0..<frames.count, passes: passes)
      clock_gettime(CLOCK_THREAD_CPUTIME_ID, &end)
      return "time \((end.tv_sec - start.tv_sec) * 1_000_000_000 + end.tv_nsec - start.tv_nsec)"
    case ("check", 2):
      var sum = Checksum()
      for i in frames.indices {
        for sample in out[..<(try decode(words[1], i..<i + 1, passes: 1))] { sum.add(sample, frame: i) }
      }
      return "check \(String(sum.value, radix: 16)) \(sum.samples) \(sum.outsideOfRange)"
    default:
      throw BenchmarkError(description: "unknown command: \(words)")
    }
  }

  @discardableResult
  private mutating func decode(_ name: String, _ range: Range<Int>, passes: Int) throws(BenchmarkError) -> Int {
    if name == "telltale" {
      // A span of one property would shut all others.
      let (telltale, frames) = (telltale, frames)
      var span = out.mutableSpan
      return telltale.decode(frames, range, passes: passes, into: &span)
    }
    guard let rival = rivals[name] else { throw BenchmarkError(description: "no library \(name)") }
    return classic.withUnsafeBufferPointer { frames in
      out.withUnsafeMutableBufferPointer { out in
        rival.decode(frames.baseAddress.map { $0 + range.lowerBound }, range.count, passes, out.baseAddress)
      }
    }
  }

  private mutating func load(path: String) throws(BenchmarkError) {
    guard let file = fopen(path, "rb") else { throw BenchmarkError(description: "\(path): cannot be read") }
    defer { fclose(file) }
    var frame = ClassicFrame(id: 0, length: 0, unused: (0, 0, 0), data: 0)
    while fread(&frame, MemoryLayout<ClassicFrame>.size, 1, file) == 1 {
      classic.append(frame)
      // The rivals get the time as an argument: struct can_frame has none.
      frames.append(
        CANFrame(
          time: Instant(nanoseconds: Int64(frames.count)), id: CANID(rawValue: frame.id), length: frame.length,
          payload: CANPayload(word: frame.data)))
    }
  }
}
