// Telemetry on the recorder's side: intervals become stored chunks, and chunks become batches that leave the vehicle.
import Documents
import FleetContract
import Store
import Vocabulary

/// Makes the rows of what capture rolled up. Lives on the recorder's thread.
///
/// A chunk is stored as soon as its interval is over; the batch that carries it to the fleet is made later. A note tells
/// which chunk the last batch ended with, in the batch's own transaction, so that a start after any end finds the chunks
/// that still have to go.
final class TelemetryRecorder {
  /// The layout of stored chunks: `RollUpColumns` of docs/telemetry.proto, with the store's numbers for names.
  static let chunkVersion: Int32 = 1
  private static let batchedNote = "telemetry.batched"
  /// Bytes of chunks that end a batch, well below what a message may have.
  private static let batchBytes = 96 * 1024
  /// Seconds without an interval after which the open batch goes: the vehicle is parked.
  private static let patience = 120.0

  private let base: RollUpResolution
  /// Seconds that a batch covers at the most.
  private let batchSeconds: Int64
  private let catalogue: SignalCatalogue
  /// The store's number of each signal, by index.
  private let numbers: [UInt32]
  /// Chunks of an earlier start may be about signals that are no longer decoded.
  private let names: [UInt32: SignalName]
  private let compressor: TelemetryCompressor
  private var ladder: RollUpLadder
  private var pending: [(start: Int64, chunk: [UInt8])] = []
  private var pendingBytes = 0
  /// The row number that the newest chunk has or will have.
  private var newest: Int64 = 0
  private var lastAdded: Int64 = 0

  init(_ choice: TelemetryChoice, _ catalogue: SignalCatalogue, _ store: borrowing Store) throws(StoreError) {
    base = choice.resolution
    batchSeconds = Int64(choice.batchSeconds)
    self.catalogue = catalogue
    numbers = try store.numbers(of: catalogue)
    var names: [UInt32: SignalName] = [:]
    for (number, signal) in try store.signals() { names[number] = SignalName(path: signal.path, unit: signal.unit) }
    self.names = names
    do throws(TelemetryError) { compressor = try TelemetryCompressor() } catch {
      throw StoreError(kind: .database, path: store.path, reason: error.description)
    }
    ladder = RollUpLadder(base: base, signals: catalogue.ids.map { $0 })
    try takeUp(from: store)
  }

  static func memoryBytes(signals: Int) -> Int {
    TelemetryCompressor.memoryBytes + 2 * signals * MemoryLayout<RollUp>.stride + 2 * batchBytes
      + RollUpResolution.allCases.count * 64 + signals * 100
  }

  /// Whether chunks wait that no more will join soon.
  func isDue(at host: Int64) -> Bool {
    !pending.isEmpty && Double(host - lastAdded) * 1e-9 >= TelemetryRecorder.patience
  }

  /// The rows of an interval that is over.
  /// - Parameter host: monotonic nanoseconds of this machine.
  func take(_ rollUps: [RollUp], start: Int64, stamp: Timestamp, host: Int64) -> [StoreRecord] {
    guard let chunk = chunk(base, start, rollUps) else { return [] }
    var records: [StoreRecord] = []
    // A batch goes forward in time; a clock that was set back begins another one.
    if let last = pending.last, let first = pending.first,
      start <= last.start || start - first.start >= batchSeconds * 1_000_000_000
        || pendingBytes + chunk.count > TelemetryRecorder.batchBytes
    {
      records += flush(stamp: stamp)
    }
    records.append(.rollUps(base, startWall: start, version: TelemetryRecorder.chunkVersion, chunk: chunk))
    newest += 1
    pending.append((start, chunk))
    pendingBytes += chunk.count
    lastAdded = host
    for interval in ladder.add(rollUps, start: start) {
      guard let chunk = self.chunk(interval.resolution, interval.start, interval.rollUps) else { continue }
      records.append(
        .rollUps(interval.resolution, startWall: interval.start, version: TelemetryRecorder.chunkVersion, chunk: chunk))
    }
    return records
  }

  /// The rows of the open batch, which ends with the newest chunk; empty when nothing is open.
  func flush(stamp: Timestamp) -> [StoreRecord] {
    guard !pending.isEmpty else { return [] }
    var records: [StoreRecord] = []
    var chunks: [[UInt8]] = []
    for (i, part) in pending.enumerated() {
      chunks.append(part.chunk)
      // Usually one batch: what an earlier run left may go back in time where a clock was set.
      guard i + 1 == pending.count || pending[i + 1].start <= part.start else { continue }
      if let columns = try? columnBatch(of: chunks, name: { names[$0] ?? SignalName(path: "signal-\($0)", unit: "") }),
        let frame = try? compressor.compress(columns)
      {
        records.append(
          .outgoing(lane: .telemetry, type: "vehicle.telemetry.received", subject: nil, time: stamp, data: frame))
      }
      chunks.removeAll(keepingCapacity: true)
    }
    pending.removeAll(keepingCapacity: true)
    pendingBytes = 0
    return records + [.note(name: TelemetryRecorder.batchedNote, text: String(newest))]
  }

  private func chunk(_ resolution: RollUpResolution, _ start: Int64, _ rollUps: [RollUp]) -> [UInt8]? {
    // Only what the encoder's limits forbid cannot be encoded, and the configuration keeps far below them.
    try? columnChunk(seconds: resolution.rawValue, interval: resolution.interval(at: start), rollUps) { signal in
      signal.index < numbers.count ? numbers[signal.index] : nil
    }
  }

  // MARK: Taking up again what an earlier run left.

  private func takeUp(from store: borrowing Store) throws(StoreError) {
    let batched = try store.note(TelemetryRecorder.batchedNote).flatMap { Int64($0) } ?? 0
    let longest = ladder.resolutions.last ?? base
    var chunks: [(number: Int64, start: Int64, chunk: [UInt8])] = []
    var before: Int64?
    reading: while true {
      let page = try store.newestRollUps(base, before: before, limit: 64)
      for (number, stored) in page where stored.version == TelemetryRecorder.chunkVersion {
        if chunks.isEmpty { newest = number }
        let isOpen = chunks.first.map { longest.interval(at: $0.start) == longest.interval(at: stored.startWall) } ?? true
        guard isOpen || number > batched else { break reading }
        chunks.append((number, stored.startWall, stored.chunk))
      }
      guard page.count == 64, let last = page.last else { break }
      before = last.number
    }
    let signals = Dictionary(numbers.enumerated().map { ($1, SignalID(rawValue: UInt16($0))) }) { first, _ in first }
    for (number, start, chunk) in chunks.reversed() {
      // What is over was stored when it was; here only the open intervals are built up again.
      _ = ladder.add(rollUps(in: chunk, signals), start: start)
      guard number > batched else { continue }
      pending.append((start, chunk))
      pendingBytes += chunk.count
    }
  }

  private func rollUps(in chunk: [UInt8], _ signals: [UInt32: SignalID]) -> [RollUp] {
    var rollUps: [RollUp] = []
    guard var decoder = try? ColumnDecoder(chunk) else { return [] }
    var column = SignalColumn()
    while (try? decoder.next(&column)) == true {
      guard let signal = signals[column.number] else { continue }
      for row in column.rows {
        rollUps.append(
          RollUp(
            signal: signal, count: row.count, minimum: row.minimum, maximum: row.maximum, sum: row.sum, last: row.last))
      }
    }
    return rollUps
  }
}
