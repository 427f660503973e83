// The outbox: rows that leave the vehicle, each with its place in a gapless sequence of its lane and epoch.
public import Vocabulary
import SQLite

/// The identity of one outbox (128 random bits). Another file, another epoch: sequences begin at 1 again.
public struct Epoch: Hashable, Sendable, CustomStringConvertible {
  private let high: UInt64
  private let low: UInt64

  public init?(_ text: String) {
    guard text.utf8.count == 32, let id = BootID(text) else { return nil }
    high = id.high
    low = id.low
  }

  public static func random() -> Epoch { Epoch(high: .random(in: .min ... .max), low: .random(in: .min ... .max)) }

  private init(high: UInt64, low: UInt64) {
    self.high = high
    self.low = low
  }

  /// 32 lower-case hexadecimal digits.
  public var description: String { hexadecimal(high) + hexadecimal(low) }
}

/// One record on its way to the fleet. Immutable once it is committed.
public struct OutboxRow: Hashable, Sendable {
  public var lane: Lane
  /// From 1, without gaps within a lane and epoch.
  public var sequence: Int64
  /// Event type, for example `alert.created`.
  public var type: String
  /// What the event is about, for example an alert's id; nil where nothing narrower than the vehicle.
  public var subject: String?
  public var time: Timestamp
  /// JSON of the event's data.
  public var data: [UInt8]

  public init(lane: Lane, sequence: Int64, type: String, subject: String?, time: Timestamp, data: [UInt8]) {
    self.lane = lane
    self.sequence = sequence
    self.type = type
    self.subject = subject
    self.time = time
    self.data = data
  }
}

/// How much of a lane waits for its acknowledgement.
public struct OutboxDepth: Hashable, Sendable {
  public var count: Int
  /// Lowest sequence still queued; 0 when none is.
  public var lowest: Int64
  /// Last sequence ever given; 0 when none was.
  public var last: Int64

  public init(count: Int, lowest: Int64, last: Int64) {
    self.count = count
    self.lowest = lowest
    self.last = last
  }
}

/// A receiver's word that its database has committed these sequences, ends included.
public struct Acknowledgement: BitwiseCopyable, Sendable {
  public var lane: Lane
  public var first: Int64
  public var last: Int64

  public init(lane: Lane, first: Int64, last: Int64) {
    self.lane = lane
    self.first = first
    self.last = last
  }
}

/// Reads the outbox on a connection of its own. Belongs to one thread, the courier's; sees committed rows only.
public final class OutboxReader {
  private let connection: Connection
  private let selectRows: Statement
  private let selectDepth: Statement

  /// - Throws: `StoreError` when there is no store at `path` yet.
  public init(path: String) throws(StoreError) {
    do throws(SQLiteError) {
      // Not `readOnly`: a reader of a WAL database must be able to write its shared-memory index.
      connection = try Connection(path: path, mode: .readWrite)
      try connection.execute("PRAGMA query_only = ON; PRAGMA cache_size = -128")
      selectRows = try connection.prepare(
        """
        SELECT sequence, type, subject, boot, uptime, wall, quality, data FROM outbox
        WHERE lane = ?1 AND sequence > ?2 ORDER BY sequence LIMIT ?3
        """)
      selectDepth = try connection.prepare(
        """
        SELECT (SELECT count(*) FROM outbox WHERE lane = ?1),
               (SELECT coalesce(min(sequence), 0) FROM outbox WHERE lane = ?1),
               (SELECT coalesce(max(last), 0) FROM lane WHERE lane = ?1)
        """)
    } catch {
      throw StoreError(error)
    }
  }

  public func epoch() throws(StoreError) -> Epoch {
    do throws(SQLiteError) {
      let select = try connection.prepare("SELECT value FROM meta WHERE key = 'epoch'")
      if try select.step(), let epoch = Epoch(select.text(0)) { return epoch }
    } catch {
      throw StoreError(error)
    }
    throw StoreError(kind: .damaged, path: connection.path, reason: "holds no epoch; set the file aside and restart")
  }

  /// At most `limit` rows of a lane after `sequence`, in order.
  public func rows(_ lane: Lane, after sequence: Int64, limit: Int) throws(StoreError) -> [OutboxRow] {
    do throws(SQLiteError) {
      selectRows.reset()
      defer { selectRows.reset() }
      try selectRows.bind(Int64(lane.rawValue), at: 1)
      try selectRows.bind(sequence, at: 2)
      try selectRows.bind(limit, at: 3)
      var rows: [OutboxRow] = []
      while try selectRows.step() {
        rows.append(
          OutboxRow(
            lane: lane, sequence: selectRows.int64(0), type: selectRows.text(1),
            subject: selectRows.isNull(2) ? nil : selectRows.text(2), time: selectRows.timestamp(at: 3),
            data: selectRows.blob(7)))
      }
      return rows
    } catch {
      throw StoreError(error)
    }
  }

  public func depth(_ lane: Lane) throws(StoreError) -> OutboxDepth {
    do throws(SQLiteError) {
      selectDepth.reset()
      defer { selectDepth.reset() }
      try selectDepth.bind(Int64(lane.rawValue), at: 1)
      guard try selectDepth.step() else { return OutboxDepth(count: 0, lowest: 0, last: 0) }
      return OutboxDepth(
        count: Int(selectDepth.int64(0)), lowest: selectDepth.int64(1), last: selectDepth.int64(2))
    } catch {
      throw StoreError(error)
    }
  }
}

extension Statement {
  /// Binds boot, uptime, wall and quality at four places from `index`.
  func bind(_ time: Timestamp, at index: Int) throws(SQLiteError) {
    try bind(time.boot.description, at: index)
    try bind(time.uptime.nanoseconds, at: index + 1)
    try bind(time.wallNanoseconds, at: index + 2)
    try bind(Int64(time.quality.rawValue), at: index + 3)
  }

  /// Reads what `bind(_:at:)` wrote, from four columns.
  func timestamp(at column: Int) -> Timestamp {
    Timestamp(
      boot: BootID(text(column)) ?? BootID(high: 0, low: 0), uptime: Instant(nanoseconds: int64(column + 1)),
      wallNanoseconds: int64(column + 2),
      quality: ClockQuality(rawValue: UInt8(clamping: int64(column + 3))) ?? .none)
  }
}
