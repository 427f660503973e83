// The topics below `telltale/v1/`, built and read back in one place.
public import Vocabulary

/// What a vehicle is called on the air: 1 to 64 of the characters `A`-`Z`, `a`-`z`, `0`-`9`, `.`, `_`, `-`.
///
/// The set leaves out what MQTT, URLs and HTML would have to escape.
public struct VehicleID: Hashable, Sendable, CustomStringConvertible {
  public let description: String

  public init?(_ text: String) {
    let isAllowed = text.utf8.allSatisfy { byte in
      switch byte {
      case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "-"): true
      default: false
      }
    }
    // A name of dots alone would be a path's own folder to everybody who puts it into a URL.
    guard (1...64).contains(text.utf8.count), isAllowed, text.utf8.contains(where: { $0 != UInt8(ascii: ".") }) else {
      return nil
    }
    description = text
  }
}

/// A topic of one vehicle.
public struct Topic: Hashable, Sendable, CustomStringConvertible {
  public enum Channel: Hashable, Sendable {
    /// Records of a lane, vehicle to receiver.
    case lane(Lane)
    /// Online or offline, retained; also the last will.
    case status
    /// The latest health of all components, retained.
    case health
    /// Acknowledgements, receiver to vehicle.
    case acknowledgement

    var name: String {
      switch self {
      case .lane(let lane): lane.name
      case .status: "status"
      case .health: "health"
      case .acknowledgement: "ack"
      }
    }
  }

  public static let prefix = "telltale/v1/"

  public var vehicle: VehicleID
  public var channel: Channel

  public init(_ vehicle: VehicleID, _ channel: Channel) {
    self.vehicle = vehicle
    self.channel = channel
  }

  /// Reads a topic back; nil for one that is not of this contract.
  public init?(_ text: String) {
    guard text.hasPrefix(Topic.prefix) else { return nil }
    let parts = text.dropFirst(Topic.prefix.count).split(separator: "/", omittingEmptySubsequences: false)
    guard parts.count == 2, let vehicle = VehicleID(String(parts[0])) else { return nil }
    switch parts[1] {
    case "status": channel = .status
    case "health": channel = .health
    case "ack": channel = .acknowledgement
    default:
      guard let lane = Lane(name: String(parts[1])) else { return nil }
      channel = .lane(lane)
    }
    self.vehicle = vehicle
  }

  public var description: String { Topic.prefix + vehicle.description + "/" + channel.name }

  /// The filter that matches a channel of every vehicle.
  public static func everyVehicle(_ channel: Channel) -> String { prefix + "+/" + channel.name }
}
