// Real drives of one petrol car with OBD-II at two readings a second, as features; read from the corpus.
import Foundation
import Pipeline
import Testing
import Vocabulary

/// The corpus of recordings that are kept apart from the sources; nil where it is not there.
let corpusFolder = ProcessInfo.processInfo.environment["TELLTALE_CORPUS"].map { URL(fileURLWithPath: $0) }

/// Trips of comma-separated drives whose first line names the columns and whose other lines end with a comma.
enum RealCarDrives {
  private static let columns: [(name: String, input: FeatureInput)] = [
    ("ENGINE_RPM", .engineSpeed), ("VEHICLE_SPEED", .speed), ("ENGINE_LOAD", .engineLoad),
    ("COOLANT_TEMPERATURE", .coolant), ("LONG_TERM_FUEL_TRIM_BANK_1", .longTrim1),
    ("SHORT_TERM_FUEL_TRIM_BANK_1", .shortTrim1), ("INTAKE_MANIFOLD_PRESSURE", .manifoldPressure),
    ("ABSOLUTE_BAROMETRIC_PRESSURE", .barometer), ("INTAKE_AIR_TEMP", .intakeTemperature),
    ("COMMANDED_EVAPORATIVE_PURGE", .purge), ("CONTROL_MODULE_VOLTAGE", .voltage),
  ]

  /// All drives of a folder in the order of their names, each changed by `fault` before anything reads it.
  static func trips(
    in folder: URL, fault: (inout VehicleTick) -> Void = { _ in }
  ) throws -> [TripFeatures] {
    let files = try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
      .filter { $0.pathExtension == "csv" }.sorted { $0.path < $1.path }
    return try files.compactMap { try trip(of: $0, fault) }
  }

  private static func trip(of file: URL, _ fault: (inout VehicleTick) -> Void) throws -> TripFeatures? {
    let lines = try String(contentsOf: file, encoding: .utf8).split(whereSeparator: \.isNewline)
    let names = try #require(lines.first).split(separator: ",").map {
      $0.replacingOccurrences(of: "()", with: "").trimmingCharacters(in: .whitespaces)
    }
    var observer = TripObserver(regulatedTemperature: 88)
    for (row, line) in lines.dropFirst().enumerated() where row % 2 == 0 {
      let values = line.split(separator: ",").map { Double($0.trimmingCharacters(in: .whitespaces)) }
      guard values.count >= names.count else { continue }
      let time = Instant.zero.advanced(seconds: Double(row) / 2)
      var tick = VehicleTick(time: time, seconds: 1)
      for (name, input) in columns {
        if let column = names.firstIndex(of: name) { tick[input] = values[column] }
      }
      fault(&tick)
      let stamp = Timestamp(boot: BootID(high: 0, low: 1), uptime: time, wallNanoseconds: 0, quality: .none)
      _ = observer.observe(tick, stamp: stamp)
    }
    guard case .ended(let features) = observer.finish() else { return nil }
    return features
  }
}
