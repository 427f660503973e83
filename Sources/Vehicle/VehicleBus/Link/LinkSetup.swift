// How an interface is to be set up, where the configuration asks for it and the process may.

/// The wanted setting of one interface. A wrong bit rate disturbs the car, so nothing of it is ever guessed.
public struct LinkSetup: Equatable, Sendable {
  /// bit/s, 10,000...1,000,000.
  public var bitRate: Int
  /// bit/s of the data phase, `bitRate`...8,000,000; nil to leave CAN FD as it is.
  public var dataBitRate: Int?
  /// Where in a bit it is read, 0.5...0.95; nil for the kernel's choice.
  public var samplePoint: Double?
  /// Whether the controller keeps quite silent: it then acknowledges no frame either. Nil to leave it as it is.
  public var listenOnly: Bool?
  /// After how long the kernel restarts the controller from bus-off: 0 for never, or 100...60,000; nil to leave it.
  public var restartMilliseconds: Int?

  public init(
    bitRate: Int, dataBitRate: Int? = nil, samplePoint: Double? = nil, listenOnly: Bool? = nil,
    restartMilliseconds: Int? = nil
  ) {
    self.bitRate = bitRate
    self.dataBitRate = dataBitRate
    self.samplePoint = samplePoint
    self.listenOnly = listenOnly
    self.restartMilliseconds = restartMilliseconds
  }

  public enum Outcome: Equatable, Sendable {
    /// All was as wanted: nothing was touched, no frame lost.
    case unchanged
    case applied
    /// Applied, but the driver has no restart of its own.
    case appliedWithoutRestart
    /// An interface without bit timing, for example of kind `vcan`: it is up, and there is nothing to set.
    case noBitTiming(kind: String)
  }

  /// What is wrong with the values, if anything; checked by `apply` before it touches the interface.
  public func problem(on interface: String) -> LinkError? {
    func outside(_ key: String, _ value: String, _ allowed: String) -> LinkError {
      LinkError(interface, .outOfRange(key: key, value: value, allowed: allowed))
    }
    guard (10_000...1_000_000).contains(bitRate) else {
      return outside("bit-rate", "\(bitRate)", "10000...1000000 bit/s")
    }
    if let data = dataBitRate, data < bitRate || data > 8_000_000 {
      return outside("data-bit-rate", "\(data)", "bit-rate...8000000 bit/s")
    }
    if let point = samplePoint, !(0.5...0.95).contains(point) {
      return outside("sample-point", "\(point)", "0.5...0.95")
    }
    if let time = restartMilliseconds, time != 0, !(100...60_000).contains(time) {
      return outside("restart-ms", "\(time)", "0 (never) or 100...60000 ms")
    }
    return nil
  }

  /// Takes the interface down, sets it and brings it up; does nothing when it is as wanted. When a setting is refused
  /// the interface stays down: on the bus with a wrong bit rate, or acknowledging where silence was wanted, it does
  /// harm.
  @discardableResult public func apply(
    to interface: String, through links: some LinkAccess
  ) throws(LinkError) -> Outcome {
    if let problem = problem(on: interface) { throw problem }
    let report = try links.report(of: interface)
    guard report.exists else { throw LinkError(interface, .absent) }
    guard report.isCAN else { throw LinkError(interface, .notCAN) }
    let steps = steps(from: report)
    var outcome: Outcome =
      !report.hasBitTiming ? .noBitTiming(kind: report.kind) : steps.isEmpty ? .unchanged : .applied
    for step in steps {
      do {
        try links.change(interface, step)
      } catch {
        guard case .restartTime = step, case .refused = error.cause else { throw error }
        outcome = .appliedWithoutRestart
      }
    }
    return outcome
  }

  /// What it takes to come from `report` to what is wanted; empty when nothing.
  func steps(from report: LinkReport) -> [LinkStep] {
    let up: [LinkStep] = report.isUp ? [] : [.up]
    guard report.hasBitTiming else { return up }
    var settings: [LinkStep] = []
    if let data = dataBitRate {
      if !isNominalAsWanted(report) || !report.isFD || !isClose(report.dataBitRate, to: data) {
        settings.append(.bitRates(bitRate, data: data, samplePoint: samplePoint))
      }
    } else if !isNominalAsWanted(report) {
      settings.append(.bitRate(bitRate, samplePoint: samplePoint))
    }
    if let listenOnly, listenOnly != report.isListenOnly { settings.append(.listenOnly(listenOnly)) }
    if let time = restartMilliseconds, time != Int(report.restartMilliseconds) {
      settings.append(.restartTime(milliseconds: time))
    }
    // The kernel changes none of these on a running interface.
    return settings.isEmpty ? up : (report.isUp ? [.down] : []) + settings + [.up]
  }

  private func isNominalAsWanted(_ report: LinkReport) -> Bool {
    guard isClose(report.bitRate, to: bitRate) else { return false }
    // Drivers with a list of fixed bit rates give no sample point. The others cut a bit into 8 to 25 quanta.
    guard let samplePoint, report.samplePoint > 0 else { return true }
    return abs(report.samplePoint - samplePoint) <= 0.03
  }

  /// The kernel reports the rate that the controller's clock really makes: 83,333 bit/s may come back as 83,300.
  private func isClose(_ actual: UInt32, to wanted: Int) -> Bool { abs(Int(actual) - wanted) * 100 <= wanted }
}
