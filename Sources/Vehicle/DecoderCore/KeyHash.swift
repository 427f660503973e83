// Where in a decoder table's hash table a message stands.

import Vocabulary

/// Multiplicative hashing: the upper bits of the product are the well-mixed ones.
struct KeyHash: BitwiseCopyable {
  private var factor: UInt32
  /// 32 minus the bits of a place.
  private var shift: UInt32

  @inline(__always) func place(of key: UInt32) -> Int { Int((key &* factor) &>> shift) }

  /// Makes room for four times as many keys, or twice as many when there are very many. Takes of some factors the one
  /// that sends the most keys to places of their own: a second probe costs the decoder a mispredicted branch.
  init(_ keys: [UInt32]) {
    var bits: UInt32 = 1
    while 1 << bits < keys.count * 4 && bits < 17 { bits += 1 }
    let distinct = Set(keys)
    // Fibonacci hashing to begin with.
    var best = KeyHash(factor: 0x9E37_79B1, shift: 32 - bits)
    var fewest = best.collisions(of: distinct)
    var candidate = best
    for _ in 0..<32 where fewest > 0 {
      candidate.factor &*= 0x915F_77F5  // The product of odd factors is odd.
      let collisions = candidate.collisions(of: distinct)
      if collisions < fewest { (best, fewest) = (candidate, collisions) }
    }
    self = best
  }

  private init(factor: UInt32, shift: UInt32) {
    self.factor = factor
    self.shift = shift
  }

  /// Of the hash table: a power of two.
  var placeCount: Int { 1 << (32 - shift) }

  private func collisions(of keys: Set<UInt32>) -> Int {
    var isTaken = Array(repeating: false, count: placeCount)
    var collisions = 0
    for key in keys {
      if isTaken[place(of: key)] { collisions += 1 }
      isTaken[place(of: key)] = true
    }
    return collisions
  }
}

extension CANID {
  /// Never in the key of an identifier, since remote requests are not looked up.
  private static let parameterGroupFlag = CANID.remoteFlag

  /// What the parameter group of a 29-bit identifier is looked up by.
  @inline(__always) var parameterGroupKey: UInt32 { CANID.parameterGroupFlag | parameterGroup }
}
