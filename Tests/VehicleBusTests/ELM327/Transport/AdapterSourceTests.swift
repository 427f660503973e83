// What capture sees of an adapter.
import Testing
import Vocabulary

@testable import VehicleBus

@Suite struct AdapterSourceTests {
  // @unchecked: one test's thread alone uses it.
  private final class Queue: @unchecked Sendable {
    var frames: [CANFrame] = []

    func take(_ buffer: UnsafeMutableBufferPointer<CANFrame>) -> Int {
      let count = min(buffer.count, frames.count)
      for i in 0..<count { buffer[i] = frames[i] }
      frames.removeFirst(count)
      return count
    }
  }

  private let queue = Queue()
  private let source: AdapterSource

  init() { source = AdapterSource(name: "obd", bus: 2, read: queue.take) }

  private func read(_ frames: [CANFrame], limit: Int = 64) -> [CANFrame] {
    queue.frames += frames
    return withUnsafeTemporaryAllocation(of: CANFrame.self, capacity: limit) { buffer in
      buffer.initialize(repeating: CANFrame(time: .zero, id: CANID(standard: 0), length: 0, payload: CANPayload()))
      return Array(buffer.prefix(source.read(into: buffer)))
    }
  }

  private func frame(_ id: CANID, at seconds: Double) -> CANFrame {
    CANFrame(time: second(seconds), id: id, bus: 2, bytes: [2, 0x41, 0])
  }

  @Test func framesComeInOrderAndAreCounted() {
    source.note(link: BusCondition(.errorActive), at: second(0))
    let frames = (0..<100).map { frame(CANID(standard: UInt32($0)), at: Double($0)) }
    var seen = read(frames, limit: 64)
    #expect(seen.count == 64)
    seen += read([], limit: 64)
    #expect(seen.map(\.id) == frames.map(\.id) && source.counters.frames == 100)
    #expect(read([]).isEmpty && source.kind == "elm327")
    #expect(source.descriptor == nil && source.nanosecondsUntilReady() == nil)
  }

  @Test func instantsNeverRunBack() {
    let frames = [(1, 5.0), (2, 4.0), (3, 6.0)].map { frame(CANID(standard: $0.0), at: $0.1) }
    #expect(read(frames).map(\.time) == [second(5), second(5), second(6)])
  }

  @Test func answersAreNoTraffic() {
    source.note(link: BusCondition(.errorActive), at: second(0))
    _ = read([frame(CANID(standard: 0x7E8), at: 1), frame(CANID(extended: 0x18DA_F110), at: 2)])
    #expect(source.signs.lastAnswer == second(2) && source.signs.lastTraffic == BusSigns.never)
    _ = read([frame(CANID(standard: 0x316), at: 3)])
    _ = read([frame(CANID(standard: 0x7DF), at: 4)])
    // What it was asked to ask is nobody else's.
    #expect(source.signs.lastTraffic == second(3) && source.signs.lastForeignRequest == BusSigns.never)
    #expect(source.signs.lastAnswer == second(2) && source.signs.transmitted == 0)
    #expect(source.signs.condition.state == .errorActive)
  }

  @Test func aPulledPlugIsOneChangeEachWay() {
    #expect(source.state == .down && source.problem == nil)
    source.note(link: BusCondition(.errorActive), at: second(1))
    #expect(source.nextChange(at: second(1)) == nil && source.state == .open && source.problem == nil)
    source.note(link: BusCondition(.absent), at: second(10))
    source.note(link: BusCondition(.absent), at: second(11))
    #expect(source.state == .down && source.blindSince == second(10))
    #expect(source.problem?.hasPrefix("obd: no adapter; plug it in") == true)
    let gone = source.nextChange(at: second(11))
    #expect(gone?.condition.state == .absent && gone?.previous == .errorActive && gone?.bus == 2)
    source.note(link: BusCondition(.errorActive), at: second(15))
    let back = source.nextChange(at: second(15))
    #expect(back?.condition.state == .errorActive && back?.previous == .absent && back?.blindSeconds == 5)
    #expect(source.nextChange(at: second(15)) == nil && source.blindSince == nil)
    source.attend()
    #expect(source.counters.outages == 1 && source.counters.blindNanoseconds == 5_000_000_000)
  }

  @Test func aFrameShowsThatTheAdapterIsBack() {
    source.note(link: BusCondition(.errorActive), at: second(0))
    source.note(link: BusCondition(.absent), at: second(1))
    #expect(source.state == .down)
    // One that waited in the queue when the plug was pulled shows nothing.
    _ = read([frame(CANID(standard: 0x7E8), at: 0.5)])
    #expect(source.state == .down)
    _ = read([frame(CANID(standard: 0x7E8), at: 2)])
    #expect(source.state == .open)
  }

  @Test func anAdapterThatDoesNotWorkYetSaysWhereToLook() {
    source.note(link: BusCondition(.down), at: second(1))
    #expect(source.problem?.contains("telltale sources") == true)
  }
}
