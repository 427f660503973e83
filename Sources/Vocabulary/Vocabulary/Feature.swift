// The quantities that can move a score.

/// A measured or computed quantity that can move a score. The numbers are part of stored checkpoints.
public enum Feature: UInt8, BitwiseCopyable, Sendable, CaseIterable {
  case oilWearCold = 0
  case oilWearNormal = 1
  case oilWearHot = 2
  case oilWearIdle = 3
  case oilAge = 4
  case steadyCoolant = 5
  case warmUpAir = 6
  case standingCoolant = 7
  case runningVoltage = 8
  case voltageRipple = 9
  case crankResistance = 10
  case crankResistanceRise = 11
  case crankVoltage = 12
  case coldCrankVoltage = 13
  case crankTime = 14
  case restingVoltage = 15
  case restingDrain = 16
  case batteryAge = 17
  case batterySensorHealth = 18
  case brakeWearNormal = 19
  case brakeWearHot = 20
  case brakeWearFast = 21
  case padThickness = 22
  case pressureFrontLeft = 23
  case pressureFrontRight = 24
  case pressureRearLeft = 25
  case pressureRearRight = 26
  case leakFrontLeft = 27
  case leakFrontRight = 28
  case leakRearLeft = 29
  case leakRearRight = 30
  case rollingRadius = 31
  case treadDistance = 32
  case intakeRestriction = 33
  case filterDistance = 34
  case airFlowDeviation = 35
  case trimIdle = 36
  case trimCruise = 37
  case trimLoad = 38
  case trimBanks = 39
  case catalystRatio = 40
  case catalystMonitor = 41
  case oxygenSensorMonitor = 42
  case oxygenSensorRate = 43
  case regenerationDistance = 44
  case filterResistance = 45
  case ashLoad = 46
  case failedRegenerations = 47
  case recirculationError = 48
  case fluidWearNormal = 49
  case fluidWearWarm = 50
  case fluidWearHot = 51
  case fluidAge = 52
  case batteryCapacity = 53
  case packResistance = 54
  case cellSpread = 55
  case vibrationFrontLeft = 56
  case vibrationFrontRight = 57
  case vibrationRearLeft = 58
  case vibrationRearRight = 59
  case activeCodes = 60
  case codeRecurrence = 61
  case degradationTrend = 62

  /// The key in documents.
  public var name: String { text.name }
  /// In a sentence.
  public var title: String { text.title }
  /// VSS unit identifier; empty for a ratio.
  public var unit: String { text.unit }

  private var text: (name: String, title: String, unit: String) {
    switch self {
    case .oilWearCold: ("oil-wear-cold", "oil wear while cold", "percent")
    case .oilWearNormal: ("oil-wear-normal", "oil wear at working temperature", "percent")
    case .oilWearHot: ("oil-wear-hot", "oil wear while hot", "percent")
    case .oilWearIdle: ("oil-wear-idle", "oil wear while idling", "percent")
    case .oilAge: ("oil-age", "oil age", "months")
    case .steadyCoolant: ("steady-coolant", "coolant at steady speed", "celsius")
    case .warmUpAir: ("warm-up-air", "air needed to warm up, measured over expected", "")
    case .standingCoolant: ("standing-coolant", "hottest coolant while slow or standing", "celsius")
    case .runningVoltage: ("running-voltage", "system voltage with the engine running", "V")
    case .voltageRipple: ("voltage-ripple", "ripple of the system voltage", "V")
    case .crankResistance: ("crank-resistance", "resistance while cranking, at 25 °C", "mOhm")
    case .crankResistanceRise: ("crank-resistance-rise", "resistance while cranking, over that of the new battery", "")
    case .crankVoltage: ("crank-voltage", "lowest voltage while cranking", "V")
    case .coldCrankVoltage: ("cold-crank-voltage", "voltage expected at the next cold start", "V")
    case .crankTime: ("crank-time", "time from the starter's first turn to the engine running", "s")
    case .restingVoltage: ("resting-voltage", "voltage at rest", "V")
    case .restingDrain: ("resting-drain", "charge lost per day at rest", "percent")
    case .batteryAge: ("battery-age", "battery age, weighted by heat", "months")
    case .batterySensorHealth: ("battery-sensor-health", "state of health by the battery's own sensor", "percent")
    case .brakeWearNormal: ("brake-wear-normal", "pad wear in normal braking", "percent")
    case .brakeWearHot: ("brake-wear-hot", "pad wear while hot", "percent")
    case .brakeWearFast: ("brake-wear-fast", "pad wear in braking from high speed", "percent")
    case .padThickness: ("pad-thickness", "pad thickness", "mm")
    case .pressureFrontLeft: ("pressure-front-left", "front left tyre at 20 °C", "kPa")
    case .pressureFrontRight: ("pressure-front-right", "front right tyre at 20 °C", "kPa")
    case .pressureRearLeft: ("pressure-rear-left", "rear left tyre at 20 °C", "kPa")
    case .pressureRearRight: ("pressure-rear-right", "rear right tyre at 20 °C", "kPa")
    case .leakFrontLeft: ("leak-front-left", "loss of the front left tyre in a month", "kPa")
    case .leakFrontRight: ("leak-front-right", "loss of the front right tyre in a month", "kPa")
    case .leakRearLeft: ("leak-rear-left", "loss of the rear left tyre in a month", "kPa")
    case .leakRearRight: ("leak-rear-right", "loss of the rear right tyre in a month", "kPa")
    case .rollingRadius: ("rolling-radius", "loss of rolling radius", "percent")
    case .treadDistance: ("tread-distance", "tread worn by distance alone", "percent")
    case .intakeRestriction: ("intake-restriction", "air filter's resistance, over that of a clean one", "")
    case .filterDistance: ("filter-distance", "distance on this air filter, weighted by dust", "km")
    case .airFlowDeviation: ("air-flow-deviation", "air flow measured over expected", "")
    case .trimIdle: ("trim-idle", "fuel trim at idle", "percent")
    case .trimCruise: ("trim-cruise", "fuel trim at cruise", "percent")
    case .trimLoad: ("trim-load", "fuel trim under load", "percent")
    case .trimBanks: ("trim-banks", "difference of fuel trim between banks", "percent")
    case .catalystRatio: ("catalyst-ratio", "rear over front oxygen sensor's movement", "")
    case .catalystMonitor: ("catalyst-monitor", "control unit's catalyst test, share of its limit", "")
    case .oxygenSensorMonitor: ("oxygen-sensor-monitor", "control unit's oxygen sensor test, share of its limit", "")
    case .oxygenSensorRate: ("oxygen-sensor-rate", "switches of the front oxygen sensor in a second", "")
    case .regenerationDistance: ("regeneration-distance", "distance between regenerations", "km")
    case .filterResistance: ("filter-resistance", "resistance after regeneration, over that of the new filter", "")
    case .ashLoad: ("ash-load", "ash in the filter", "percent")
    case .failedRegenerations: ("failed-regenerations", "regenerations that failed, of all", "percent")
    case .recirculationError: ("recirculation-error", "exhaust gas recirculation against its demand", "percent")
    case .fluidWearNormal: ("fluid-wear-normal", "fluid wear below 90 °C", "percent")
    case .fluidWearWarm: ("fluid-wear-warm", "fluid wear at 90 to 110 °C", "percent")
    case .fluidWearHot: ("fluid-wear-hot", "fluid wear above 110 °C", "percent")
    case .fluidAge: ("fluid-age", "fluid age", "months")
    case .batteryCapacity: ("battery-capacity", "capacity", "percent")
    case .packResistance: ("pack-resistance", "resistance, over that of the first months", "")
    case .cellSpread: ("cell-spread", "voltage between the highest and the lowest cell", "V")
    case .vibrationFrontLeft: ("vibration-front-left", "vibration of the front left hub, over its own", "")
    case .vibrationFrontRight: ("vibration-front-right", "vibration of the front right hub, over its own", "")
    case .vibrationRearLeft: ("vibration-rear-left", "vibration of the rear left hub, over its own", "")
    case .vibrationRearRight: ("vibration-rear-right", "vibration of the rear right hub, over its own", "")
    case .activeCodes: ("active-codes", "trouble codes that are set", "")
    case .codeRecurrence: ("code-recurrence", "chance that a code comes back within 1,000 km", "percent")
    case .degradationTrend: ("degradation-trend", "consumed life by the trend filter", "percent")
    }
  }
}
