// Messages as frames: ISO 15765-2 and SAE J1939-21, byte by byte, and put together again at every length.
import Testing
import Vocabulary

@testable import VehicleSimulator

@Suite struct SenderTests {
  private func bytes(_ frame: CANFrame) -> [UInt8] { (0..<Int(frame.length)).map { frame[$0] } }

  private func frames(_ queue: inout FrameQueue) -> [CANFrame] {
    queue.release(before: .max)
    var frames: [CANFrame] = []
    while let frame = queue.pop() { frames.append(frame) }
    return frames
  }

  @Test func aCarsMessageTakesTheFramesOfTheStandard() {
    var random = RandomStream(seed: 1, for: .transport)
    let sender = ISOTPSender(
      id: CANID(standard: 0x7E8), flowControl: CANID(standard: 0x7E0), padding: 0xAA, blockSize: 2)
    #expect(sender.frames(of: [1, 2, 3, 4, 5, 6, 7], random: &random).map(bytes) == [[7, 1, 2, 3, 4, 5, 6, 7]])
    #expect(sender.frames(of: [1], random: &random).map(bytes) == [[1, 1, 0xAA, 0xAA, 0xAA, 0xAA, 0xAA, 0xAA]])
    let long = sender.frames(of: (1...22).map { UInt8($0) }, random: &random)
    #expect(
      long.map(bytes) == [
        [0x10, 22, 1, 2, 3, 4, 5, 6], [0x30, 2, 0, 0xAA, 0xAA, 0xAA, 0xAA, 0xAA],
        [0x21, 7, 8, 9, 10, 11, 12, 13], [0x22, 14, 15, 16, 17, 18, 19, 20],
        [0x30, 2, 0, 0xAA, 0xAA, 0xAA, 0xAA, 0xAA],
        [0x23, 21, 22, 0xAA, 0xAA, 0xAA, 0xAA, 0xAA],
      ])
    #expect(long.map(\.id.value) == [0x7E8, 0x7E0, 0x7E8, 0x7E8, 0x7E0, 0x7E8])
  }

  @Test(arguments: [0, 1, 3, 8] as [UInt8])
  func aCarsMessageOfAnyLengthComesWhole(blockSize: UInt8) {
    var random = RandomStream(seed: 2, for: .transport)
    let sender = ISOTPSender(
      id: CANID(extended: 0x18DA_F110), flowControl: CANID(extended: 0x18DA_10F1), padding: 0, blockSize: blockSize)
    for length in Array(1...140) + [4094, 4095, 4096] {
      var bus = StrictISOTP()
      let message = (0..<length).map { _ in UInt8(truncatingIfNeeded: random.next()) }
      for frame in sender.frames(of: message, random: &random) { bus.take(frame) }
      #expect(bus.faults.isEmpty && bus.messages.map(\.bytes) == [Array(message.prefix(4095))], "\(length)")
    }
  }

  @Test func aUnitNeverBeginsBeforeItHasEnded() {
    var times = SendingTimes()
    #expect(times.take(from: 1_000_000, lasting: 4_000_000) == 1_000_000)
    // In its midst, and then too long for the gap before the next one.
    #expect(times.take(from: 20_000_000, lasting: 1_000_000) == 20_000_000)
    #expect(times.take(from: 2_000_000, lasting: 0) == 5_300_000)
    #expect(times.take(from: 6_000_000, lasting: 14_000_000) == 21_300_000)
    times.forget(before: 21_100_000)
    #expect(times.take(from: 6_000_000, lasting: 1_000_000) == 6_000_000)
    #expect(times.take(from: 22_000_000, lasting: 1_000_000) == 35_600_000)
  }

  @Test func aTrucksAnnouncementTakesTheFramesOfTheStandard() {
    var random = RandomStream(seed: 3, for: .transport)
    var queue = FrameQueue(capacity: 8)
    var sender = J1939Sender(source: 0)
    let data: [UInt8] = [1, 2, 3, 4, 5, 6, 7, 8, 9]
    let end = sender.send(data, group: 0xFECA, at: 0, queue: &queue, random: &random)
    // The next one waits until this one is over.
    _ = sender.send(data, group: 0xFECB, at: 1000, queue: &queue, random: &random)
    let frames = frames(&queue)
    #expect(frames.map(\.id.value) == [0x1CEC_FF00, 0x1CEB_FF00, 0x1CEB_FF00, 0x1CEC_FF00, 0x1CEB_FF00, 0x1CEB_FF00])
    #expect(
      frames.prefix(3).map(bytes) == [
        [0x20, 9, 0, 2, 0xFF, 0xCA, 0xFE, 0], [1, 1, 2, 3, 4, 5, 6, 7], [2, 8, 9, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF],
      ])
    #expect(frames[2].time.nanoseconds == end && frames[3].time.nanoseconds >= end + 50_000_000)
  }

  @Test func aTrucksAgreementTakesTheFramesOfTheStandard() {
    var random = RandomStream(seed: 3, for: .transport)
    var queue = FrameQueue(capacity: 8)
    var sender = J1939Sender(source: 61)
    let data = (1...60).map { UInt8($0) }
    _ = sender.send(data, group: 0xFEEC, to: 249, at: 0, queue: &queue, random: &random)
    let frames = frames(&queue)
    // 9 packets, of which the receiver takes 8 and then 1.
    #expect(frames.count == 13)
    #expect(frames[0].id.value == 0x1CEC_F93D && bytes(frames[0]) == [0x10, 60, 0, 9, 0xFF, 0xEC, 0xFE, 0])
    #expect(frames[1].id.value == 0x1CEC_3DF9 && bytes(frames[1]) == [0x11, 8, 1, 0xFF, 0xFF, 0xEC, 0xFE, 0])
    #expect(frames[2].id.value == 0x1CEB_F93D && bytes(frames[2]) == [1, 1, 2, 3, 4, 5, 6, 7])
    #expect(bytes(frames[10]) == [0x11, 1, 9, 0xFF, 0xFF, 0xEC, 0xFE, 0])
    #expect(bytes(frames[11]) == [9, 57, 58, 59, 60, 0xFF, 0xFF, 0xFF])
    #expect(frames[12].id.value == 0x1CEC_3DF9 && bytes(frames[12]) == [0x13, 60, 0, 9, 0xFF, 0xEC, 0xFE, 0])
  }

  @Test(arguments: [249, 255] as [UInt8])
  func aTrucksMessageOfAnyLengthComesWhole(destination: UInt8) {
    var random = RandomStream(seed: 4, for: .transport)
    for length in Array(9...140) + [1784, 1785, 1786] {
      var queue = FrameQueue(capacity: 8)
      var sender = J1939Sender(source: 3)
      var bus = StrictJ1939()
      let message = (0..<length).map { _ in UInt8(truncatingIfNeeded: random.next()) }
      _ = sender.send(message, group: 0xD300, to: destination, at: 0, queue: &queue, random: &random)
      for frame in frames(&queue) { bus.take(frame) }
      #expect(bus.faults.isEmpty && bus.groups.map(\.bytes) == [Array(message.prefix(1785))], "\(length)")
    }
  }

  @Test func shortGroupsAreOneFrame() {
    var random = RandomStream(seed: 5, for: .transport)
    var queue = FrameQueue(capacity: 8)
    var sender = J1939Sender(source: 249)
    _ = sender.send([0xEC, 0xFE, 0], group: 0xEA00, to: 0, at: 0, queue: &queue, random: &random)
    _ = sender.send([1, 2], group: 0xFECA, to: 249, at: 10_000, queue: &queue, random: &random)
    let frames = frames(&queue)
    #expect(frames.map(\.id.value) == [0x18EA_00F9, 0x18FE_CAF9])
    #expect(frames.map(bytes) == [[0xEC, 0xFE, 0], [1, 2, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF]])
  }

  /// A measurement never says "error" or "not available" by being large.
  @Test func aMeasurementStaysOne() {
    var data = GroupData()
    #expect(data.word == .max)
    data.put(1e9, at: 0)
    data.put(1e9, at: 1, bytes: 2)
    data.put(-5, at: 3)
    data.put(1e300, at: 4, bytes: 4)
    #expect(data.word == 0xFAFF_FFFF_00FA_FFFA)
    data.put(bits: 1, at: 2, count: 2)
    #expect(data.word & 0xFF == 0xF6)
  }

  /// What the vehicle sends of itself keeps its time; a dialogue gives way.
  @Test func noTwoFramesComeAtOnce() {
    var queue = FrameQueue(capacity: 2)
    func frame(_ id: UInt32, _ time: Int64) -> CANFrame {
      CANFrame(time: Instant(nanoseconds: time), id: CANID(standard: id), bytes: [])
    }
    queue.add(frame(1, 5000), isDialogue: true)
    queue.add(frame(2, 5000))
    queue.add(frame(3, 1000), isDialogue: true)
    queue.add(frame(4, 90_000))
    queue.release(before: 50_000)
    var order: [UInt32] = []
    var times: [Int64] = []
    while let frame = queue.pop() {
      order.append(frame.id.value)
      times.append(frame.time.nanoseconds)
    }
    #expect(order == [3, 2, 1] && times == [1000, 5000, 6000])
    queue.release(before: .max)
    #expect(queue.pop()?.id.value == 4 && queue.pop() == nil)
  }
}
