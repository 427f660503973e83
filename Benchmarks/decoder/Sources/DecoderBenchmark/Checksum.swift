// One number for all that a decoder makes of a set of frames, whatever the order of the signals of one frame.

import Vocabulary

struct Checksum {
  private(set) var value: UInt64 = 0
  private(set) var samples = 0
  private(set) var outsideOfRange = 0

  mutating func add(_ sample: Sample, frame: Int) {
    // SplitMix64's finalizer, so that exchanged values or signals do not cancel out.
    var z = sample.value.bitPattern ^ UInt64(sample.signal.rawValue) &<< 48 ^ UInt64(frame) &* 0x9E37_79B9_7F4A_7C15
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    value &+= z ^ (z >> 31)
    samples += 1
    if sample.validity != .valid { outsideOfRange += 1 }
  }
}
