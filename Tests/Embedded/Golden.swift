// The golden work: builds a decoder table, decodes the golden frames and prints a checksum over all that came out, with
// tallies that show what was covered. Embedded Swift's `print` goes through the C library's putchar.

import DecoderCore
import Vocabulary

/// FNV-1a with 64 bits, over 64-bit words taken byte by byte from the lowest.
struct Checksum {
  private(set) var value: UInt64 = 0xCBF2_9CE4_8422_2325

  mutating func fold(_ word: UInt64) {
    for shift in stride(from: UInt64(0), to: 64, by: 8) {
      value = (value ^ (word >> shift & 0xFF)) &* 0x0000_0100_0000_01B3
    }
  }
}

struct GoldenWork {
  private var checksum = Checksum()
  private var samples = 0
  private var validities = [Int](repeating: 0, count: Validity.allCases.count)
  private var nans = 0
  private var shortFrames = 0
  private var unknownFrames = 0
  private var unknownSelectors = 0
  private var otherMembersOfGroups = 0

  mutating func run(frames: Int) {
    let network = Network(seed: 0x7E11_7A1E)
    var problems: [DecoderTable.Problem] = []
    let table = DecoderTable(network.messages, problems: &problems)
    var traffic = Traffic(for: network.messages, seed: 0x0DEC_0DE0)
    let blank = Sample(time: .zero, value: 0, signal: SignalID(rawValue: 0))

    for _ in 0..<frames {
      let frame = traffic.next()
      var out = [Sample](repeating: blank, count: traffic.room(outOf: table.largestMessage))
      var span = out.mutableSpan
      let outcome = table.decode(frame, into: &span)
      fold(outcome)
      if outcome.isKnown {
        let message = network.messages[outcome.message]
        if message.matching == .parameterGroup && message.id != frame.id { otherMembersOfGroups += 1 }
      }
      for i in 0..<outcome.count { fold(span[i]) }
    }
    report(frames: frames, refused: problems.count)
  }

  private mutating func fold(_ outcome: DecoderTable.Outcome) {
    checksum.fold(UInt64(bitPattern: Int64(outcome.message)))
    checksum.fold(UInt64(outcome.count))
    checksum.fold((outcome.isShort ? 1 : 0) | (outcome.hasUnknownSelector ? 2 : 0))
    if outcome.isShort { shortFrames += 1 }
    if outcome.hasUnknownSelector { unknownSelectors += 1 }
    if !outcome.isKnown { unknownFrames += 1 }
  }

  private mutating func fold(_ sample: Sample) {
    // IEEE 754 leaves open which NaN an operation gives, and machines differ. That it is one must be the same.
    let bits = sample.value.isNaN ? Double.nan.bitPattern : sample.value.bitPattern
    checksum.fold(UInt64(sample.signal.rawValue))
    checksum.fold(bits)
    checksum.fold(UInt64(sample.validity.rawValue))
    samples += 1
    validities[Int(sample.validity.rawValue)] += 1
    if sample.value.isNaN { nans += 1 }
  }

  /// One line each; a tally of 0 means that the golden work no longer covers what it should.
  private func report(frames: Int, refused: Int) {
    func line(_ name: String, _ tally: Int) { print(name + " " + String(tally)) }
    print("checksum " + hexadecimal(checksum.value))
    line("frames", frames)
    line("unknown-frames", unknownFrames)
    line("short-frames", shortFrames)
    line("unknown-selectors", unknownSelectors)
    line("other-members-of-parameter-groups", otherMembersOfGroups)
    line("refused-signals-and-messages", refused)
    line("samples", samples)
    for validity in Validity.allCases where validity != .stale {
      line(validity.name, validities[Int(validity.rawValue)])
    }
    line("nan", nans)
  }
}

@main struct Golden {
  static func main() {
    var work = GoldenWork()
    work.run(frames: 100_000)
  }
}
