// Links as a test wants them.
import Glibc

@testable import VehicleBus

final class ScriptedLinks: LinkAccess {
  /// What is there; an interface that is not in here is absent.
  var reports: [String: LinkReport] = [:]
  /// Everything that was changed, in order, refused or not.
  var steps: [LinkStep] = []
  /// errno by which a step is refused.
  var refusal: (LinkStep) -> Int32? = { _ in nil }
  /// Why nothing can be read.
  var blindness: LinkError.Cause?
  var looks = 0

  func report(of interface: String) throws(LinkError) -> LinkReport {
    looks += 1
    if let blindness { throw LinkError(interface, blindness) }
    return reports[interface] ?? LinkReport()
  }

  func change(_ interface: String, _ step: LinkStep) throws(LinkError) {
    steps.append(step)
    guard var report = reports[interface] else { throw LinkError(interface, .absent) }
    if let code = refusal(step) { throw LinkError(interface, code == EPERM ? .notPermitted : .refused(step, code)) }
    switch step {
    case .down: report.isUp = false
    case .up:
      report.isUp = true
      report.isRunning = true
      if report.hasBitTiming { report.controllerState = .errorActive }
    case .bitRate(let rate, _): report.bitRate = UInt32(rate)
    case .bitRates(let rate, let data, _):
      report.bitRate = UInt32(rate)
      report.dataBitRate = UInt32(data)
      report.mtu = 72
    case .listenOnly(let on): report.isListenOnly = on
    case .restartTime(let milliseconds): report.restartMilliseconds = UInt32(milliseconds)
    case .restart: report.controllerState = .errorActive
    }
    reports[interface] = report
  }
}

extension LinkReport {
  static func can(
    index: Int32 = 3, kind: String = "can", isUp: Bool = true, _ state: ControllerState? = .errorActive,
    bitRate: UInt32 = 500_000
  ) -> LinkReport {
    var report = LinkReport()
    report.index = index
    report.isCAN = true
    report.kind = kind
    report.isUp = isUp
    report.isRunning = isUp
    report.mtu = 16
    report.controllerState = kind == "can" ? (isUp ? state : .stopped) : nil
    report.bitRate = kind == "can" ? bitRate : 0
    report.samplePoint = 0.875
    return report
  }
}
