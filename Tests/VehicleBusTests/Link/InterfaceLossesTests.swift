// What an interface lost: from the first look on, over resets and new interfaces of the same name.
import Testing

@testable import VehicleBus

@Suite struct InterfaceLossesTests {
  private func report(index: Int32, dropped: UInt64, overruns: UInt64 = 0) -> LinkReport {
    var report = LinkReport()
    report.index = index
    report.statistics.receiveDropped = dropped
    report.statistics.receiveOverruns = overruns
    return report
  }

  @Test func whatWasLostBeforeTheFirstLookDoesNotCount() {
    var losses = InterfaceLosses()
    losses.note(report(index: 3, dropped: 100, overruns: 7))
    #expect(losses.dropped == 0 && losses.overruns == 0)
    losses.note(report(index: 3, dropped: 105, overruns: 7))
    losses.note(report(index: 3, dropped: 105, overruns: 9))
    #expect(losses.dropped == 5 && losses.overruns == 2)
  }

  @Test func aNewInterfaceBeginsAtZero() {
    var losses = InterfaceLosses()
    losses.note(report(index: 3, dropped: 10))
    losses.note(LinkReport())
    losses.note(report(index: 4, dropped: 2, overruns: 1))
    #expect(losses.dropped == 2 && losses.overruns == 1)
    losses.note(report(index: 4, dropped: 3, overruns: 1))
    #expect(losses.dropped == 3 && losses.overruns == 1)
  }

  @Test func countersThatAreSetBack() {
    var losses = InterfaceLosses()
    losses.note(report(index: 3, dropped: 10))
    losses.note(report(index: 3, dropped: 4))
    #expect(losses.dropped == 4)
  }
}
