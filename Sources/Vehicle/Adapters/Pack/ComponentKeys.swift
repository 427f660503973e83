// The `components:` section, which packs and configurations share.
public import ConfigurationFile
import Health
public import Vocabulary

/// Reads what is said about components.
public enum ComponentKeys {
  /// Reads parameters by component; the values are in the unit of their description.
  public static func read(
    _ section: Section
  ) throws(ConfigurationError) -> [(component: ComponentID, name: String, value: Double)] {
    var parameters: [(component: ComponentID, name: String, value: Double)] = []
    for component in ComponentID.allCases {
      let keys = try section.section(component.name)
      for description in ComponentParameters.descriptions(of: component) {
        let value: Double?
        if description.unit == "s" {
          value = try date(keys, description.name)
        } else {
          value = try keys.optionalNumber(description.name, in: description.range)
        }
        if let value { parameters.append((component, description.name, value)) }
      }
    }
    return parameters
  }

  /// Whether a parameter is given as a date: those that count in seconds are.
  public static func isDate(_ name: String, of component: ComponentID) -> Bool {
    ComponentParameters.descriptions(of: component).contains { $0.name == name && $0.unit == "s" }
  }

  /// A date as YYYY-MM-DD, in seconds since 1970 (UTC midnight).
  private static func date(_ section: Section, _ key: String) throws(ConfigurationError) -> Double? {
    guard let text = try section.optionalString(key) else { return nil }
    let parts = text.split(separator: "-", omittingEmptySubsequences: false).map { Int($0) ?? -1 }
    let days =
      parts.count == 3 && (1990...2099).contains(parts[0]) && (1...12).contains(parts[1]) && (1...31).contains(parts[2])
      ? daysSince1970(year: parts[0], month: parts[1], day: parts[2]) : 0
    // The way back tells the 31st of a month that has 30 days.
    guard days > 0, civilDate(daysSince1970: days).day == parts[2] else {
      throw section.error(key, "\"\(text)\" is no date", mend: "write the day as YYYY-MM-DD")
    }
    return Double(days) * 86_400
  }
}
