// What a DBC file says about frames and signals, as plain values.

public import DecoderCore
import Glibc
public import Vocabulary

/// A vehicle network description in the DBC format, or as much of one as could be read.
public struct NetworkDescription: Sendable {
  /// For messages to people, usually the file's path.
  public var name: String
  /// In the order of the file.
  public var messages: [Message] = []
  /// Lines that could not be taken as they stand, ascending. The rest of the file is loaded all the same.
  public var problems: [Problem] = []

  /// A `BO_` line and the signals below it.
  public struct Message: Sendable {
    public var id: CANID
    public var name: String
    /// Data bytes of a whole frame.
    public var length: Int
    public var signals: [Signal] = []
    public var line: Int
  }

  /// An `SG_` line.
  public struct Signal: Sendable {
    public var name: String
    /// As DBC numbers bits: bit `b` of byte `n` is `8 * n + b`; see `byteOrder` for which end of the signal it is.
    public var startBit: Int
    /// Bits. DBC sets no upper limit, a decoder table takes 1...64.
    public var length: Int
    public var byteOrder: ByteOrder
    public var format: SignalFormat
    public var factor: Double
    public var offset: Double
    /// Nil where the file gives none, which DBC writes as `[0|0]`.
    public var range: ClosedRange<Double>?
    public var unit: String
    /// Whether other signals depend on the value of this one (`M`, `m3M`).
    public var isMultiplexor = false
    /// The values of another signal of the message with which this one is there; nil for always.
    public var selection: Selection?
    public var line: Int
  }

  /// A multiplexed signal's condition: `m3`, or an `SG_MUL_VAL_` line.
  public struct Selection: Sendable {
    /// Name of the multiplexor in the same message.
    public var multiplexor: String
    public var values: [ClosedRange<UInt32>]
  }

  public init(name: String) { self.name = name }

  /// Signals of all messages.
  public var signalCount: Int { messages.reduce(0) { $0 + $1.signals.count } }
}

extension NetworkDescription {
  /// A line of a file that could not be taken as it stands.
  public struct Problem: Equatable, Sendable {
    /// Counted from 1.
    public var line: Int
    public var reason: String

    public init(line: Int, reason: String) {
      self.line = line
      self.reason = reason
    }
  }
}

/// Why a file gave nothing at all.
public enum NetworkDescriptionError: Error, Equatable, CustomStringConvertible {
  /// The operating system refused; `code` is its errno.
  case unreadable(path: String, code: Int32)
  /// Larger than any network description: likely another kind of file.
  case tooLarge(path: String)

  public var description: String {
    switch self {
    case .unreadable(let path, let code):
      "\(path): cannot be read (\(String(cString: strerror(code)))); give the path of a readable DBC file"
    case .tooLarge(let path):
      "\(path): larger than \(NetworkDescription.largestFile >> 20) MiB, which no DBC file is; give the path of a DBC file"
    }
  }
}

extension NetworkDescription {
  static let largestFile = 64 << 20

  /// Reads and parses a file. Bad lines do not throw: they are in `problems`.
  public static func load(path: String) throws(NetworkDescriptionError) -> NetworkDescription {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw .unreadable(path: path, code: errno) }
    defer { close(descriptor) }
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 65_536)
    while true {
      let count = read(descriptor, &chunk, chunk.count)
      if count == 0 { break }
      if count < 0 {
        let code = errno
        if code == EINTR { continue }
        throw .unreadable(path: path, code: code)
      }
      bytes += chunk[..<count]
      guard bytes.count <= largestFile else { throw .tooLarge(path: path) }
    }
    return parse(bytes: bytes, name: path)
  }
}
