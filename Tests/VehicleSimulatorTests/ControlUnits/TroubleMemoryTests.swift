// A trouble code's way: pending, confirmed with the lamp, permanent, healed, forgotten, cleared.
import Testing
import Vocabulary

@testable import VehicleSimulator

@Suite struct TroubleMemoryTests {
  private let code = TroubleCode(obd: 0x0301)
  private let other = TroubleCode(obd: 0x0420)

  private func drive(_ memory: inout TroubleMemory, fails: Bool?, isWarmUp: Bool = true, load: Double = 0) {
    memory.beginDrive()
    if let fails {
      var readings = Readings()
      readings.load = load
      if fails { memory.fail(code, readings) } else { memory.pass(code) }
      memory.pass(other)
    }
    memory.endDrive(isWarmUp: isWarmUp)
  }

  private func entry(_ memory: TroubleMemory) throws -> TroubleMemory.Entry { try #require(memory[code]) }

  @Test func confirmsInTheSecondDriveAndKeepsTheFirstFreezeFrame() throws {
    var memory = TroubleMemory(codes: [code, other, code])
    #expect(memory.entries.count == 2)
    drive(&memory, fails: true, load: 0.25)
    var entry = try entry(memory)
    #expect(entry.status == [.failed, .failedThisCycle, .pending, .failedSinceClear])
    #expect(!entry.isPermanent && !memory.isLampOn && entry.occurrences == 1)
    drive(&memory, fails: true, load: 0.75)
    entry = try self.entry(memory)
    #expect(entry.status.isSuperset(of: [.pending, .confirmed, .warningIndicator]) && entry.isPermanent)
    #expect(entry.freezeFrame?.load == 0.25 && memory.frozen?.code == code)
    // It never stopped failing: it came once.
    #expect(entry.occurrences == 1)
    #expect(try #require(memory[other]).status == [])
  }

  @Test func aSingleBadDriveIsForgottenAfterAGoodOne() throws {
    var memory = TroubleMemory(codes: [code, other])
    drive(&memory, fails: true)
    // A drive in which the test did not run says nothing.
    drive(&memory, fails: nil)
    #expect(try entry(memory).status.contains(.pending))
    drive(&memory, fails: false)
    #expect(try entry(memory).status == [.failedSinceClear])
    #expect(try entry(memory).freezeFrame == nil)
    drive(&memory, fails: true)
    #expect(try entry(memory).status.contains(.confirmed) == false)
  }

  @Test func healsAfterThreeGoodDrivesAndIsForgottenAfterFortyWarmUps() throws {
    var memory = TroubleMemory(codes: [code, other])
    for _ in 0..<3 { drive(&memory, fails: true) }
    for good in 1...3 {
      #expect(memory.isLampOn)
      drive(&memory, fails: false)
      #expect(try entry(memory).isPermanent == (good < 3))
      #expect(try entry(memory).status.contains(.pending) == false)
    }
    #expect(!memory.isLampOn)
    for _ in 0..<100 { drive(&memory, fails: false, isWarmUp: false) }
    for warmUp in 1...40 {
      #expect(try entry(memory).status.contains(.confirmed), "\(warmUp)")
      drive(&memory, fails: false)
    }
    #expect(try entry(memory).status == [.failedSinceClear])
    #expect(memory.frozen == nil)
  }

  @Test func aRelapseStartsTheCountAnew() throws {
    var memory = TroubleMemory(codes: [code, other])
    for _ in 0..<2 { drive(&memory, fails: true) }
    for _ in 0..<2 { drive(&memory, fails: false) }
    drive(&memory, fails: true)
    for _ in 0..<2 { drive(&memory, fails: false) }
    #expect(memory.isLampOn)
    drive(&memory, fails: false)
    #expect(!memory.isLampOn)
    #expect(try entry(memory).occurrences == 2)
  }

  @Test func clearingLeavesPermanentCodesUntilTheirTestPasses() throws {
    var memory = TroubleMemory(codes: [code, other])
    for _ in 0..<2 { drive(&memory, fails: true) }
    memory.clear()
    #expect(try entry(memory).status == .untested)
    #expect(try entry(memory).isPermanent && memory.frozen == nil && !memory.isLampOn)
    drive(&memory, fails: nil)
    #expect(try entry(memory).isPermanent)
    // It is still there, and begins anew.
    drive(&memory, fails: true)
    #expect(try entry(memory).isPermanent && entry(memory).status.contains(.confirmed) == false)
    drive(&memory, fails: false)
    #expect(try entry(memory).isPermanent == false)
  }
}
