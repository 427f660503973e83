// Diagnostic readiness of SAE J1939-73: DM5.

import Vocabulary

extension J1939Diagnostics {
  /// Which self-tests of emission control a unit has and which of them are not complete.
  ///
  /// A unit without on-board diagnosis, or that does not say what it complies with, has no readiness: told as having no
  /// test it would look ready for an inspection. Neither has one that does not count its codes.
  static func readiness(
    _ message: Span<UInt8>, isTold: Bool, _ tell: (DiagnosticFact.Content) -> Void
  ) -> Bool {
    guard message.count >= 8 else { return false }
    let (activeCount, compliance) = (message[0], message[2])
    let isWithoutDiagnosis = compliance == 5 || compliance > 250
    guard isTold, activeCount <= 250, !isWithoutDiagnosis else { return true }

    var supported: ReadinessMonitors = []
    var incomplete: ReadinessMonitors = []
    for bit in 0..<continuousCount {
      if message[3] &>> UInt8(bit) & 1 == 1 { supported.insert(monitor(bit)) }
      if message[3] &>> UInt8(bit + 4) & 1 == 1 { incomplete.insert(monitor(bit)) }
    }
    let isSupported = message.number(at: 4, bytes: 2)
    let isIncomplete = message.number(at: 6, bytes: 2)
    for bit in 0..<16 {
      if isSupported &>> UInt32(bit) & 1 == 1 { supported.insert(monitor(continuousCount + bit)) }
      if isIncomplete &>> UInt32(bit) & 1 == 1 { incomplete.insert(monitor(continuousCount + bit)) }
    }
    tell(
      .readiness(
        Readiness(
          isLampOn: nil, codeCount: activeCount, ignition: .unknown, supported: supported, incomplete: incomplete)))
    return true
  }

  /// Monitors that run all the time: the fourth byte, a bit for each, and four bits above it whether it is incomplete.
  /// The others have the fifth and sixth byte, and two bytes further on whether they are incomplete.
  private static let continuousCount = 3

  /// In the order of the bits; none for those that the standard reserves.
  private static func monitor(_ number: Int) -> ReadinessMonitors {
    switch number {
    case 0: .misfire
    case 1: .fuelSystem
    case 2: .components
    case 3: .catalyst
    case 4: .heatedCatalyst
    case 5: .evaporativeSystem
    case 6: .secondaryAir
    case 7: .airConditioning
    case 8: .exhaustGasSensor
    case 9: .oxygenSensorHeater
    case 10: .exhaustGasRecirculation
    case 11: .coldStartAid
    case 12: .boostPressure
    case 13: .particulateFilter
    case 14: .nitrogenOxideTreatment
    case 15: .hydrocarbonCatalyst
    default: []
    }
  }
}
