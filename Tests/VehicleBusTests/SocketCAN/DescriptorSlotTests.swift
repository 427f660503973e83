// Descriptors go from control to capture and back, and none is lost or closed twice.
import Glibc
import Testing
import Vocabulary

@testable import VehicleBus

@Suite struct DescriptorSlotTests {
  @Test func anOfferIsTakenOnceAndAnOlderOneComesBack() {
    let slot = DescriptorSlot()
    let (a, b) = SocketPair.descriptors()
    #expect(slot.take() == nil && slot.collect() == nil)
    #expect(slot.offer(a) == nil && slot.offer(b) == a)
    #expect(slot.take() == b && slot.take() == nil)
    #expect(slot.giveBack(a) && !slot.giveBack(b))
    #expect(slot.collect() == a && slot.giveBack(b) && slot.collect() == b && slot.collect() == nil)
    close(a)
    close(b)
  }

  @Test func aSourceWithoutDescriptorSaysWhy() {
    let slot = DescriptorSlot()
    let source = SocketCANSource(interface: "can7", bus: 0, slot: slot)
    #expect(source.name == "can7" && source.kind == "socketcan" && source.nanosecondsUntilReady() == nil)
    #expect(source.state == .down && source.descriptor == nil && !source.attend())
    for (code, part) in [(EPERM, "not permitted"), (ENODEV, "no such"), (ENOMEM, "Cannot allocate")] {
      slot.fail(code)
      #expect(!source.attend() && source.problem?.contains(part) == true)
    }
    let frames = UnsafeMutableBufferPointer<CANFrame>.allocate(capacity: 4)
    defer { frames.deallocate() }
    #expect(source.read(into: frames) == 0 && source.counters.frames == 0)
  }

  @Test func anInterfaceThatIsMissingAtTheStartIsMissed() {
    let slot = DescriptorSlot()
    let source = SocketCANSource(interface: "can7", bus: 4, slot: slot)
    slot.fail(ENODEV)
    source.attend()
    #expect(source.nextChange(at: .zero) == nil)
    let (near, far) = SocketPair.descriptors()
    _ = slot.offer(near)
    #expect(source.attend() && source.problem == nil)
    let change = source.nextChange(at: .zero)
    #expect(change?.bus == 4 && change?.previous == .absent && change?.condition.state == .errorActive)
    #expect(change?.blindSeconds ?? -1 > 0 && source.counters.blindNanoseconds > 0 && source.counters.outages == 0)
    close(far)
  }

  @Test func anotherDescriptorReplacesTheFirstAndTheFirstGoesBack() {
    let wire = SocketPair()
    let first = wire.source.descriptor
    #expect(wire.source.state == .open && wire.source.problem == nil && !wire.source.attend())
    wire.slot.fail(EPERM)
    let (near, far) = SocketPair.descriptors()
    #expect(wire.slot.offer(near) == nil)
    #expect(wire.source.attend() && wire.source.descriptor == near && !wire.source.attend())
    let (third, fourth) = SocketPair.descriptors()
    _ = wire.slot.offer(third)
    // The first was not collected yet, but the second has a place of its own to wait in.
    #expect(wire.source.attend() && wire.source.descriptor == third)
    #expect(wire.slot.collect() == first)
    let (fifth, sixth) = SocketPair.descriptors()
    _ = wire.slot.offer(fifth)
    #expect(wire.source.attend() && wire.source.descriptor == fifth)
    #expect(wire.slot.collect() == near)
    #expect(!wire.source.attend() && wire.slot.collect() == third && wire.slot.collect() == nil)
    for descriptor in [first ?? -1, near, far, third, fourth, sixth] { close(descriptor) }
  }

  @Test func aDescriptorThatIsNoSocketGoesBackAndTheSourceWaitsForAnother() {
    let slot = DescriptorSlot()
    let source = SocketCANSource(interface: "can7", bus: 0, slot: slot)
    let file = open("/dev/null", O_RDONLY)
    _ = slot.offer(file)
    #expect(source.attend() && source.descriptor == nil && source.state == .down)
    #expect(slot.collect() == file)
    close(file)
    let (near, far) = SocketPair.descriptors()
    _ = slot.offer(near)
    #expect(source.attend() && source.state == .open && source.problem == nil)
    close(far)
  }

  @Test func aPeerThatClosesLeavesASourceThatCanBeReadOn() {
    let slot = DescriptorSlot()
    let source = SocketCANSource(interface: "can7", bus: 0, slot: slot)
    let (near, far) = SocketPair.descriptors()
    let frame = SocketPair.datagram(0x123, length: 1, data: [1])
    _ = send(far, frame, frame.count, 0)
    close(far)
    _ = slot.offer(near)
    source.attend()
    let frames = UnsafeMutableBufferPointer<CANFrame>.allocate(capacity: 4)
    defer { frames.deallocate() }
    #expect(source.read(into: frames) == 1)
    for _ in 0..<10 { #expect(source.read(into: frames) == 0) }
  }

  @Test func nothingIsLeftOpenWhenAllIsOver() {
    let (a, b) = SocketPair.descriptors()
    let (c, d) = SocketPair.descriptors()
    do {
      let slot = DescriptorSlot()
      let source = SocketCANSource(interface: "can7", bus: 0, slot: slot)
      _ = slot.offer(a)
      source.attend()
      _ = slot.offer(c)
    }
    // The far end of a closed datagram socket refuses to send.
    let byte: [UInt8] = [0]
    #expect(send(b, byte, 1, Int32(MSG_NOSIGNAL)) == -1 && send(d, byte, 1, Int32(MSG_NOSIGNAL)) == -1)
    close(b)
    close(d)
  }
}
