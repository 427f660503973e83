// The adapter's sending side: characters leave one after another at the baud rate, from when they are ready.
import Vocabulary

struct SerialLine: Sendable {
  /// Characters that leave without a pause between them.
  struct Piece: Sendable {
    var begin: Int64
    var end: Int64
    var bytes: [UInt8]
    var baudRate: Int
  }

  private var pieces: [Piece] = []
  private var next = 0
  /// When the last character will have left, ns.
  private(set) var freeAt = Int64.min

  static func nanosecondsPerByte(_ baudRate: Int) -> Int64 { 10_000_000_000 / Int64(max(1, baudRate)) }

  /// Returns when the last of `bytes` will have left.
  @discardableResult mutating func send(_ bytes: [UInt8], ready: Int64, baudRate: Int) -> Int64 {
    guard !bytes.isEmpty else { return max(freeAt, ready) }
    let begin = max(freeAt, ready)
    freeAt = begin + Int64(bytes.count) * SerialLine.nanosecondsPerByte(baudRate)
    pieces.append(Piece(begin: begin, end: freeAt, bytes: bytes, baudRate: baudRate))
    return freeAt
  }

  /// Forgets what has not begun to leave at `time`.
  mutating func cancel(after time: Int64) {
    while let last = pieces.last, pieces.count > next, last.begin > time { pieces.removeLast() }
    freeAt = pieces.count > next ? pieces[pieces.count - 1].end : min(freeAt, time)
  }

  /// The power fails: the character under way is the last one.
  mutating func cut(at time: Int64) {
    cancel(after: time)
    guard pieces.count > next, let last = pieces.last, last.end > time else { return }
    let count = Int((time - last.begin) / SerialLine.nanosecondsPerByte(last.baudRate))
    pieces[pieces.count - 1].bytes.removeLast(last.bytes.count - min(last.bytes.count, max(0, count)))
    pieces[pieces.count - 1].end = time
    freeAt = time
  }

  /// The last character never leaves.
  mutating func loseLastByte() {
    if pieces.count > next { _ = pieces[pieces.count - 1].bytes.popLast() }
  }

  /// When the next piece will have left.
  var nextEnd: Int64? { next < pieces.count ? pieces[next].end : nil }

  mutating func pop(until time: Int64) -> Piece? {
    guard next < pieces.count, pieces[next].end <= time else {
      if next == pieces.count || next > 64 {
        pieces.removeFirst(next)
        next = 0
      }
      return nil
    }
    next += 1
    return pieces[next - 1]
  }
}
