// What a person at the socket may ask the daemon to do, and what may come of it.

/// A command, checked for its form and nothing else: whether it may be done is the daemon's to decide.
public enum DiagnosticsCommand: Hashable, Sendable {
  /// Ask nothing on any bus, for this many seconds (1 to 604,800), or with nil until polling is resumed.
  case pausePolling(seconds: Double?)
  case resumePolling
  /// Clear trouble codes, freeze frames and readiness on one bus, counted from 0, or with nil on all. Confirmed by the
  /// person.
  case clearTroubleCodes(bus: UInt8?)
  /// A workshop measured something of a component: the quantity's name may be nil where there is only one, the standard
  /// deviation where the usual one holds.
  case measure(component: String, quantity: String?, value: Double, deviation: Double?)
  /// A part was replaced, or a fluid changed.
  case service(component: String)

  public var name: String {
    switch self {
    case .pausePolling: "pause-polling"
    case .resumePolling: "resume-polling"
    case .clearTroubleCodes: "clear-trouble-codes"
    case .measure: "measure"
    case .service: "service"
    }
  }
}

/// How a command ended.
public enum CommandReply: Hashable, Sendable {
  /// It was done: HTTP 200.
  case done(CommandDocument)
  /// It was not even tried: HTTP 403, whether the person may not do it or the vehicle's state forbids it. `code` tells
  /// which, in a word that does not change; `reason` and `mend` tell people.
  case refused(code: String, reason: String, mend: String)
  /// A name or a number in it means nothing here: HTTP 400.
  case misunderstood(error: String, mend: String)
  /// It was tried and did not succeed, for example because a control unit said no: HTTP 502.
  case failed(reason: String, mend: String)
}

/// Where each command is in the socket's tree.
enum CommandPath: String, CaseIterable {
  case pause = "/v1/polling/pause"
  case resume = "/v1/polling/resume"
  case clear = "/v1/dtcs/clear"
  case measure = "/v1/measure"
  case service = "/v1/service"

  /// Largest body of a command, in bytes.
  static let bodyLimit = 4096

  private static let longestPause = 604_800.0

  func command(_ bytes: [UInt8]) throws(CommandBody.Flaw) -> DiagnosticsCommand {
    var body = try CommandBody(bytes)
    let command: DiagnosticsCommand
    switch self {
    case .pause:
      let seconds = try body.takeNumber("seconds")
      if let seconds, !(1...CommandPath.longestPause).contains(seconds) {
        throw CommandBody.Flaw(
          "\"seconds\" is \(Figures.plain(seconds))",
          mend: "give 1 to 604800 (7 days), or none to pause without an end")
      }
      command = .pausePolling(seconds: seconds)
    case .resume:
      command = .resumePolling
    case .clear:
      let mend = "send {\"confirm\": \"clear\"} to lose trouble codes, freeze frames and readiness"
      guard try body.takeText("confirm") == "clear" else {
        throw CommandBody.Flaw("clearing trouble codes was not confirmed", mend: mend)
      }
      let bus = try body.takeNumber("bus")
      guard bus == nil || bus.flatMap({ UInt8(exactly: $0) }) != nil else {
        throw CommandBody.Flaw("\"bus\" is \(Figures.plain(bus))", mend: "give its number, counted from 0")
      }
      command = .clearTroubleCodes(bus: bus.flatMap { UInt8(exactly: $0) })
    case .measure:
      let component = try CommandPath.component(&body)
      let quantity = try body.takeText("quantity")
      guard let value = try body.takeNumber("value") else {
        throw CommandBody.Flaw(
          "\"value\" is missing", mend: "send {\"component\": \"brake-pads-front\", \"quantity\": \"thickness\", \"value\": 6.5}")
      }
      command = .measure(
        component: component, quantity: quantity, value: value, deviation: try body.takeNumber("deviation"))
    case .service:
      command = .service(component: try CommandPath.component(&body))
    }
    try body.finish()
    return command
  }

  private static func component(_ body: inout CommandBody) throws(CommandBody.Flaw) -> String {
    if let component = try body.takeText("component"), !component.isEmpty { return component }
    throw CommandBody.Flaw("\"component\" is missing", mend: "give its name as in /v1/health, such as \"engine-oil\"")
  }
}
