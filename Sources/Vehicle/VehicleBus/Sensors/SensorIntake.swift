// From what sensors send to samples, by whatever way it comes: read, judged, counted.
public import Vocabulary

/// Takes packs of SenML in, one at a time. Belongs to one thread; allocates a little for each pack.
public struct SensorIntake: Sendable {
  /// Packs that are read in a second. A hundred sensors that speak twice a second are within it; what is beyond it is
  /// thrown away unread, so that no sensor can keep a thread busy.
  public static let mostPerSecond = 200

  public let catalogue: SensorCatalogue
  public private(set) var counters = SensorCounters()
  private var second = Int64.min
  private var takenInSecond = 0

  public init(_ catalogue: SensorCatalogue) { self.catalogue = catalogue }

  /// Reads one pack and delivers its values, in its order.
  /// - Parameters:
  ///   - now: when it came.
  ///   - wall: nanoseconds since 1970 at `now`; nil where the clock is not to be trusted, which refuses dated records.
  public mutating func take(
    _ pack: [UInt8], at now: Instant, wall: Int64?, _ deliver: (Sample) -> Void
  ) {
    guard admit(at: now) else { return }
    let records: [SenMLRecord]
    do throws(SenMLError) {
      records = try SenMLReader.read(pack)
    } catch {
      return counters.count(SensorRefusal(error.kind), error.description)
    }
    counters.records += UInt64(records.count)
    for record in records {
      switch catalogue.judge(record, at: now, wall: wall) {
      case .sample(let sample):
        counters.samples += 1
        if sample.validity == .outOfRange {
          counters.count(.outOfRange, SensorIntake.shown(record.name) + " is \(sample.value) in the signal's unit")
        }
        deliver(sample)
      case .refused(let reason):
        let expected = catalogue.unit(of: record.name)
        counters.count(reason, SensorIntake.example(of: record, reason, expected: expected))
      }
    }
  }

  /// Counts a pack that was too long to be kept.
  mutating func refuseTooLarge(bytes: Int, limit: Int, at now: Instant) {
    guard admit(at: now) else { return }
    counters.count(.tooLarge, "\(bytes) bytes, where \(limit) are read; send fewer records at once")
  }

  /// Whether this second has room for one more.
  private mutating func admit(at now: Instant) -> Bool {
    counters.datagrams += 1
    if now.nanoseconds / 1_000_000_000 != second {
      second = now.nanoseconds / 1_000_000_000
      takenInSecond = 0
    }
    takenInSecond += 1
    guard takenInSecond <= SensorIntake.mostPerSecond else {
      counters.count(.flood, "more than \(SensorIntake.mostPerSecond) in a second; gather records into one pack")
      return false
    }
    return true
  }

  private static func example(of record: SenMLRecord, _ reason: SensorRefusal, expected: String?) -> String {
    let name = shown(record.name)
    switch reason {
    case .unit:
      let expected = expected.flatMap { $0.isEmpty ? nil : $0 } ?? "no unit"
      return name + " is in " + shown(record.unit ?? "") + ", expected " + expected
    case .future, .tooOld, .clockUnset: return name + " at \(record.time) s"
    default: return name
    }
  }

  /// A text of a stranger's as one line can bear it.
  private static func shown(_ text: String) -> String {
    let plain = text.unicodeScalars.prefix(64).map { 0x21...0x7E ~= $0.value ? Character($0) : "?" }
    return plain.isEmpty ? "nothing" : String(plain)
  }
}
