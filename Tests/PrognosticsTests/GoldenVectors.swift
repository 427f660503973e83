// Reads the golden vectors beside the tests and compares with them.
import Foundation
import Testing

enum Golden {
  static func load<T: Decodable>(_ name: String, as type: T.Type = T.self) throws -> T {
    let file = try #require(
      Bundle.module.url(forResource: name, withExtension: "json", subdirectory: "Golden"), "Golden/\(name).json")
    return try JSONDecoder().decode(type, from: Data(contentsOf: file))
  }

  /// Whether two numbers agree to one part in a million of the expected one (or to 1e-12 near zero).
  static func agree(_ value: Double, _ expected: Double) -> Bool {
    abs(value - expected) <= 1e-6 * abs(expected) + 1e-12
  }
}

func array<let count: Int>(_ values: InlineArray<count, Double>) -> [Double] { values.indices.map { values[$0] } }

func isAscending<let count: Int>(_ values: InlineArray<count, Double>) -> Bool {
  let list = array(values)
  return zip(list, list.dropFirst()).allSatisfy { $0 <= $1 }
}
