// The ring: order, fullness, wrap-around, and two threads at full speed.
import Glibc
import Pipeline
import Testing

@Suite struct RingTests {
  @Test(arguments: [(0, 1), (1, 1), (2, 2), (3, 4), (512, 512), (513, 1024)])
  func capacityIsAPowerOfTwo(asked: Int, given: Int) {
    let ring = Ring<UInt32>(capacity: asked)
    #expect(ring.capacity == given && ring.memoryBytes == given * 4 && ring.count == 0)
  }

  @Test func firstInFirstOutAroundTheEndManyTimes() {
    let ring = Ring<Int>(capacity: 8)
    var next = 0
    var expected = 0
    for round in 0..<1000 {
      for _ in 0..<(round % 9) where ring.push(next) { next += 1 }
      #expect(ring.count == next - expected)
      for _ in 0..<(round % 7) {
        guard let taken = ring.pop() else { break }
        if taken != expected { Issue.record("\(taken) came instead of \(expected)") }
        expected += 1
      }
    }
    while let taken = ring.pop() {
      #expect(taken == expected)
      expected += 1
    }
    #expect(expected == next && next > 2000)
  }

  @Test func aFullRingRefusesAndKeepsWhatItHas() {
    let ring = Ring<Int>(capacity: 4)
    for i in 0..<4 { #expect(ring.push(i)) }
    #expect(!ring.push(99) && ring.count == 4)
    #expect(ring.pop() == 0)
    #expect(ring.push(4) && !ring.push(99))
    var taken: [Int] = []
    while let element = ring.pop() { taken.append(element) }
    #expect(taken == [1, 2, 3, 4])
  }

  /// A record of three words whose last is a checksum of the others: a torn one would show.
  private struct Record: BitwiseCopyable, Sendable {
    var number: UInt64
    var square: UInt64
    var check: UInt64

    init(_ number: UInt64) {
      self.number = number
      square = number &* number
      check = number ^ square ^ 0x9E37_79B9_7F4A_7C15
    }
    var isWhole: Bool { check == number ^ square ^ 0x9E37_79B9_7F4A_7C15 }
  }

  private final class Work: Sendable {
    let ring = Ring<Record>(capacity: 64)
    let count: UInt64 = 1_000_000
  }

  @Test func aMillionElementsBetweenTwoThreads() throws {
    let work = Work()
    var producer = pthread_t()
    let context = Unmanaged.passRetained(work)
    let begun = pthread_create(&producer, nil, { raw in
      guard let raw else { return nil }
      let work = Unmanaged<Work>.fromOpaque(raw).takeRetainedValue()
      var number: UInt64 = 0
      while number < work.count {
        if work.ring.push(Record(number)) { number += 1 } else { sched_yield() }
      }
      return nil
    }, context.toOpaque())
    try #require(begun == 0)
    var expected: UInt64 = 0
    var wrong = 0
    while expected < work.count {
      guard let record = work.ring.pop() else {
        sched_yield()
        continue
      }
      if record.number != expected || !record.isWhole { wrong += 1 }
      if !(0...64).contains(work.ring.count) { wrong += 1 }
      expected += 1
    }
    pthread_join(producer, nil)
    #expect(wrong == 0 && work.ring.pop() == nil)
  }
}
