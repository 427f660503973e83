// From a line to a frame, whatever the format: one switch per line.
import Vocabulary

/// Reads lines of one format, with what the lines before them said.
struct LineReader {
  let format: RecordingFormat
  private var candump = CandumpLines()
  private var trc = TRCLines()
  private var asc = ASCLines()
  private var busmaster = BUSMASTERLines()
  private var microchip = MicrochipLines()

  init(format: RecordingFormat) { self.format = format }

  /// Looks at the log's first lines for what no single line says.
  mutating func prepare(_ lines: Span<UInt8>) {
    if format == .candump { candump.isDelta = CandumpLines.looksLikeDeltas(lines) }
  }

  /// Reads a line without its line end into `frame`, which is empty before; the bus is left 0.
  /// - Returns: the channel; nil for a line that is no frame by the format's own rules.
  /// - Throws: the first part of the line that is damaged.
  mutating func read(
    _ line: Span<UInt8>, into frame: inout CANFrame
  ) throws(RecordingDamage.Kind) -> ChannelName? {
    switch format {
    case .candump: try candump.read(line, into: &frame)
    case .trc: try trc.read(line, into: &frame)
    case .asc: try asc.read(line, into: &frame)
    case .gvret: try GVRETLine.read(line, into: &frame)
    case .genericid: try GenericIDLine.read(line, into: &frame)
    case .canhacker: try CANHackerLine.read(line, into: &frame)
    case .crtd: try CRTDLine.read(line, into: &frame)
    case .microchip: try microchip.read(line, into: &frame)
    case .busmaster: try busmaster.read(line, into: &frame)
    case .csv: try PlainCSVLine.read(line, into: &frame)
    }
  }
}
