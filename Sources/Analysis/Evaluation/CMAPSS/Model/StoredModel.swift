// A fitted model as named lists of numbers: what ships, in whatever text its keeper likes.
import Prognostics

/// Numbers by name, in order.
public struct StoredNumbers: Sendable {
  public private(set) var members: [(name: String, values: [Double])]

  public init(_ members: [(name: String, values: [Double])] = []) { self.members = members }

  public mutating func add(_ name: String, _ values: [Double]) { members.append((name, values)) }

  fileprivate func values(_ name: String, count: Int? = nil) throws(TableError) -> [Double] {
    guard let values = members.first(where: { $0.name == name })?.values else {
      throw TableError("\"\(name)\" is missing; store the model anew")
    }
    guard count == nil || values.count == count else {
      throw TableError("\"\(name)\" has \(values.count) numbers instead of \(count ?? 0); store the model anew")
    }
    guard values.allSatisfy(\.isFinite) else { throw TableError("\"\(name)\" has a number that is not finite") }
    return values
  }

  fileprivate func whole(_ name: String, in range: ClosedRange<Int>) throws(TableError) -> Int {
    let value = try values(name, count: 1)[0]
    guard let number = Int(exactly: value), range.contains(number) else {
      throw TableError("\"\(name)\" is \(value), outside \(range.lowerBound)...\(range.upperBound)")
    }
    return number
  }
}

extension RemainingLifeModel {
  private static let format = 1

  /// Everything that was fitted.
  public func stored() -> StoredNumbers {
    var numbers = StoredNumbers()
    numbers.add("cmapss", [Double(Self.format)])
    numbers.add("components", [Double(components)])
    numbers.add("view", [Double(view.rawValue)])
    numbers.add("faultModes", [Double(faultModes)])
    numbers.add("settingScales", sensors.regimes.scale)
    numbers.add("regimeCentres", sensors.regimes.centres)
    numbers.add("sensorWeights", sensors.weights)
    if let modes { modes.store(in: &numbers, as: "modes") }
    for (i, life) in lives.enumerated() { life.store(in: &numbers, as: "life\(i + 1)") }
    numbers.add("halfWidth", [calibration.least, calibration.growth])
    numbers.add("conformalEdges", (0..<3).map { calibration.table.edges[$0] })
    numbers.add("conformalQuantiles", (0..<(4 * 39)).map { calibration.table.quantiles[$0 / 39][$0 % 39] })
    numbers.add(
      "shapeBank",
      [bank.noise, bank.baseScatter, bank.failureLevelScatter, bank.durationScatter, bank.hazard, bank.forgetting])
    return numbers
  }

  /// A model that was stored.
  ///
  /// - Throws: when a member is missing, has a wrong size, or lies outside what is possible.
  public init(_ numbers: StoredNumbers) throws(TableError) {
    _ = try numbers.whole("cmapss", in: Self.format...Self.format)
    let components = try numbers.whole("components", in: 1...SensorMap.most)
    let faultModes = try numbers.whole("faultModes", in: 1...KernelMap.mostOutputs)
    view = EngineView(rawValue: try numbers.whole("view", in: 0...1)) ?? .change
    let centres = try numbers.values("regimeCentres")
    let regimes = centres.count / EngineRun.settings
    guard regimes > 0, centres.count % EngineRun.settings == 0 else {
      throw TableError("\"regimeCentres\" has \(centres.count) numbers, not \(EngineRun.settings) for each regime")
    }
    sensors = SensorMap(
      regimes: OperatingRegimes(
        scale: try numbers.values("settingScales", count: EngineRun.settings), centres: centres),
      components: components,
      weights: try numbers.values("sensorWeights", count: regimes * components * SensorMap.stride))
    let inputs = view.inputs(components: components)
    modes = faultModes > 1 ? try KernelMap(numbers, "modes", inputs: inputs, outputs: faultModes) : nil
    var lives: [KernelMap] = []
    for i in 1...faultModes { lives.append(try KernelMap(numbers, "life\(i)", inputs: inputs, outputs: 1)) }
    self.lives = lives
    let width = try numbers.values("halfWidth", count: 2)
    let edges = try numbers.values("conformalEdges", count: 3)
    let quantiles = try numbers.values("conformalQuantiles", count: 4 * 39)
    calibration = Calibration(
      least: width[0], growth: width[1],
      table: ConformalTable(
        edges: InlineArray { edges[$0] },
        quantiles: InlineArray { row in InlineArray { quantiles[39 * row + $0] } }))
    let bank = try numbers.values("shapeBank", count: 6)
    guard bank[0] > 0, bank[1] >= 0, bank[2] >= 0, bank[3] >= 0, bank[4] > 0, bank[5] > 0, bank[5] <= 1 else {
      throw TableError("\"shapeBank\" has a number outside what is possible; store the model anew")
    }
    self.bank = BankSettings(
      noise: bank[0], baseScatter: bank[1], failureLevelScatter: bank[2], durationScatter: bank[3],
      hazard: bank[4], forgetting: bank[5])
  }
}

extension KernelMap {
  fileprivate func store(in numbers: inout StoredNumbers, as name: String) {
    numbers.add(name + ".reach", [reach])
    numbers.add(name + ".means", means)
    numbers.add(name + ".scales", scales)
    numbers.add(name + ".linear", linear)
    numbers.add(name + ".centres", centres)
    numbers.add(name + ".bumps", bumps)
  }

  fileprivate init(_ numbers: StoredNumbers, _ name: String, inputs: Int, outputs: Int) throws(TableError) {
    let bumps = try numbers.values(name + ".bumps")
    let count = bumps.count / outputs
    guard count > 0, bumps.count % outputs == 0 else {
      throw TableError("\"\(name).bumps\" has \(bumps.count) numbers, not \(outputs) for each centre")
    }
    let reach = try numbers.values(name + ".reach", count: 1)[0]
    guard reach > 0 else { throw TableError("\"\(name).reach\" is \(reach), not above 0") }
    self.init(
      inputs: inputs, outputs: outputs, reach: reach, means: try numbers.values(name + ".means", count: inputs),
      scales: try numbers.values(name + ".scales", count: inputs),
      centres: try numbers.values(name + ".centres", count: inputs * count),
      linear: try numbers.values(name + ".linear", count: (inputs + 1) * outputs), bumps: bumps)
  }
}
