// `telemetry:` of telltale.yaml: how finely signals are rolled up, and how much goes into one message.
import ConfigurationFile
import Store

/// What is kept and sent of the signals themselves.
public struct TelemetryChoice: Sendable {
  /// The shortest interval that is kept and sent; longer ones are kept beside it.
  var resolution: RollUpResolution = .minute
  /// Seconds that one message covers at the most.
  var batchSeconds = 600

  init() {}

  init(_ section: Section) throws(ConfigurationError) {
    let finest: Finest = try section.choice("resolution", default: .minute)
    resolution = finest.resolution
    let usual = finest == .second ? 60.0 : finest == .minute ? 600 : 3600
    batchSeconds = Int(try section.seconds("batch", in: Double(resolution.rawValue)...86_400, default: usual))
    let intervals = batchSeconds / Int(resolution.rawValue)
    guard intervals <= 600 else {
      throw section.error(
        "batch", "\(intervals) intervals in one message",
        mend: "at most 600 fit: give at most \(600 * resolution.rawValue)s, or a coarser `resolution`")
    }
  }

  private enum Finest: String, CaseIterable {
    case second, minute, hour

    var resolution: RollUpResolution {
      switch self {
      case .second: .second
      case .minute: .minute
      case .hour: .hour
      }
    }
  }
}
