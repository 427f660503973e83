// Which of the 256 parameters of service 01 a unit has.

struct ParameterSet: Hashable, Sendable {
  private var words = SIMD4<UInt64>()

  func contains(_ pid: UInt8) -> Bool { words[Int(pid >> 6)] >> UInt64(pid & 63) & 1 == 1 }

  mutating func insert(_ pid: UInt8) { words[Int(pid >> 6)] |= 1 << UInt64(pid & 63) }

  mutating func formUnion(_ other: ParameterSet) { words |= other.words }

  /// Those that are there beside the ones that tell which there are (00, 20 ... E0).
  var count: Int {
    (0..<4).reduce(0) { $0 + (words[$1] & ~0x0000_0001_0000_0001).nonzeroBitCount }
  }

  /// Takes in the answer to `range`, one of 00, 20 ... E0: four bytes, the highest bit of which is the parameter after
  /// `range` (SAE J1979). The range itself counts as one that is there.
  mutating func insert(range: UInt8, bits: UInt32) {
    insert(range)
    for place in 0..<32 as Range<UInt32> where bits >> (31 - place) & 1 == 1 {
      // The range after E0 does not exist.
      let (pid, overflow) = range.addingReportingOverflow(UInt8(place + 1))
      if !overflow { insert(pid) }
    }
  }

  /// Whether the 32 parameters after `range` are the same in both.
  func agrees(with other: ParameterSet, after range: UInt8) -> Bool {
    (1...32 as ClosedRange<UInt8>).allSatisfy {
      let (pid, overflow) = range.addingReportingOverflow($0)
      return overflow || contains(pid) == other.contains(pid)
    }
  }
}
