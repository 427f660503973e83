// The log formats that are read and written, and how a file tells which one it is.
import Vocabulary

/// A text format of CAN logs. Its variants (trc 1.1 or 2.1, `candump -L` or the plain view) are told by the reader.
public enum RecordingFormat: String, CaseIterable, Sendable {
  /// can-utils: `candump -L` and `-l`, and what `candump` prints to a terminal. Written as `-L`.
  case candump
  /// PEAK-System PCAN-View and PCAN-Explorer trace, 1.0 to 2.1, and PEAK-Converter's csv. Written as 2.1.
  case trc
  /// Vector CANalyzer and CANoe ASCII log.
  case asc
  /// GVRET csv, SavvyCAN's own format: microseconds, with or without a direction.
  case gvret
  /// SavvyCAN's "Generic ID/Data" csv, which holds neither times nor buses: every time is 0.
  case genericid
  /// CANHacker trace (`@ TEXT @`, lines end in a carriage return).
  case canhacker
  /// CRTD, the log of the Open Vehicle Monitoring System.
  case crtd
  /// Microchip CAN BUS Analyzer log.
  case microchip
  /// BUSMASTER log.
  case busmaster
  /// Comma-separated values of Telltale's own: `time,channel,id,extended,flags,length,data`. Holds everything.
  case csv

  /// Reads a format's name in upper or lower case, as `--from` and `--to` take it.
  public init?(name: String) { self.init(rawValue: name.lowercased()) }

  /// The file name endings by which `init(path:)` knows the format, without the dot.
  public var fileEndings: [String] {
    switch self {
    case .candump: ["log", "candump"]
    case .crtd: ["crtd", "crt"]
    case .microchip: ["microchip", "can"]
    default: [rawValue]
    }
  }

  /// The format that a file's ending stands for; nil for an ending that is none's. What a file holds is told better by
  /// its first lines: several formats share `.log` and `.csv`.
  public init?(path: String) {
    guard let dot = path.utf8.lastIndex(of: UInt8(ascii: ".")) else { return nil }
    let ending = path[path.utf8.index(after: dot)...].lowercased()
    guard let format = RecordingFormat.allCases.first(where: { $0.fileEndings.contains(ending) }) else { return nil }
    self = format
  }

  /// All names, for help texts and errors.
  public static var names: String { allCases.map(\.rawValue).joined(separator: ", ") }

  /// The format of a log that begins with these lines: by the first line that only one format has, be it a header or a
  /// frame. Nil when there is none among them.
  init?(lines: Span<UInt8>, lineEnd: UInt8) {
    var start = 0
    while start < lines.count {
      var end = start
      while end < lines.count, lines[end] != lineEnd { end += 1 }
      let line = lines.extracting(start..<end)
      if let format = RecordingFormat(header: line) ?? RecordingFormat(frame: line) {
        self = format
        return
      }
      start = end + 1
    }
    return nil
  }

  private init?(header line: Span<UInt8>) {
    var i = 0
    line.skipBlanks(&i)
    switch true {
    case line.has(";$FILEVERSION", at: i), line.has(";$STARTTIME", at: i), line.has("$STARTTIME=", at: i),
      line.has(";####################", at: i), line.has(";---+--", at: i), line.has(";----+-", at: i):
      self = .trc
    case line.has("@ TEXT @", at: i): self = .canhacker
    case line.has("***BUSMASTER", at: i): self = .busmaster
    case line.has("date ", at: i) && line.count - i >= 20, line.has("base hex", at: i), line.has("base dec", at: i),
      line.has("Begin Triggerblock", at: i):
      self = .asc
    case line.has("Time Stamp,ID,Extended,", at: i): self = .gvret
    case line.has("ID,Data Bytes", at: i): self = .genericid
    case line.has("Microchip Technology Inc.", at: i): self = .microchip
    case line.has(PlainCSVLine.header, at: i): self = .csv
    case CRTDLine.isComment(line, i): self = .crtd
    default: return nil
    }
  }

  private init?(frame line: Span<UInt8>) {
    // Without their header, rows of the two csv forms could be anything.
    for format in RecordingFormat.allCases where format != .genericid && format != .csv {
      var reader = LineReader(format: format)
      var frame = CANFrame.empty
      if (try? reader.read(line, into: &frame)) != nil {
        self = format
        return
      }
    }
    return nil
  }
}
