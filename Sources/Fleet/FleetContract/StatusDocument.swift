// The retained `status` of a vehicle, which is also its last will.
import Documents
public import Vocabulary

/// Whether a vehicle's daemon is connected, and what waits on the vehicle.
public struct StatusDocument: Hashable, Sendable {
  public var isOnline: Bool
  /// Of the daemon.
  public var version: String
  /// 32 lower-case hexadecimal digits each.
  public var boot: String
  public var epoch: String
  /// Rows that no receiver has acknowledged, by lane.
  public var queued: [Lane: Int]
  /// When the daemon started, RFC 3339.
  public var started: String

  public static let sizeLimit = 4096

  public init(isOnline: Bool, version: String, boot: String, epoch: String, queued: [Lane: Int], started: String) {
    self.isOnline = isOnline
    self.version = version
    self.boot = boot
    self.epoch = epoch
    self.queued = queued
    self.started = started
  }

  public var encoded: [UInt8] {
    var json = JSONText()
    json.beginObject()
    json.member("state", isOnline ? "online" : "offline")
    json.member("version", version)
    json.member("boot", boot)
    json.member("epoch", epoch)
    json.key("queued")
    json.beginObject()
    for lane in Lane.allCases { json.member(lane.name, Int64(queued[lane] ?? 0)) }
    json.endObject()
    json.member("started", started)
    json.endObject()
    return json.bytes
  }

  /// Reads a status; nil for anything that is none.
  public init?(decoding payload: [UInt8]) {
    guard let root = try? JSONSlice(payload, limit: StatusDocument.sizeLimit),
      let state = root["state"]?.string, state == "online" || state == "offline",
      let version = root["version"]?.string, version.utf8.count <= 64,
      let boot = root["boot"]?.string, isIdentity(boot),
      let epoch = root["epoch"]?.string, isIdentity(epoch),
      let started = root["started"]?.string, started.utf8.count <= 40,
      let waiting = root["queued"]?.members
    else { return nil }
    var queued: [Lane: Int] = [:]
    for (name, value) in waiting {
      guard let lane = Lane(name: name), let count = value.int64, count >= 0 else { return nil }
      queued[lane] = Int(count)
    }
    self.init(
      isOnline: state == "online", version: version, boot: boot, epoch: epoch, queued: queued, started: started)
  }
}
