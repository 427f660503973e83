// What the commands on recordings share: which log, which channel, and one pass over its frames.
public import ArgumentParser
public import Recordings
import Vocabulary

extension RecordingFormat: ExpressibleByArgument {
  public init?(argument: String) { self.init(name: argument) }
  public static var allValueStrings: [String] { allCases.map(\.rawValue) }
}

struct LogOptions: ParsableArguments {
  @Argument(help: ArgumentHelp("The recording; - is standard input.", valueName: "log"))
  var log: String

  @Option(help: "The recording's format; told by its content when not given.")
  var from: RecordingFormat?

  @Option(help: ArgumentHelp("Only the frames of this channel, as the recording calls it.", valueName: "name"))
  var channel: String?

  /// Opens the recording and hands each frame of the wanted channel to `body`, with progress on standard error.
  /// - Returns: what the reader counted.
  /// - Throws: `RecordingError`; `ChannelError` when the recording has no such channel; what `body` throws.
  func forEachFrame(_ doing: String, _ body: (CANFrame, RecordingReader) throws -> Void) throws -> RecordingReader {
    let reader = try RecordingReader(path: log, format: from)
    let batch = UnsafeMutableBufferPointer<CANFrame>.allocate(capacity: 512)
    defer { batch.deallocate() }
    var progress = Progress()
    defer { progress.finish() }
    var channels = 0
    var wanted: UInt8?
    while true {
      let count = try reader.read(into: batch)
      if count == 0 { break }
      if let channel, reader.channels.count > channels {
        channels = reader.channels.count
        wanted = reader.channels.firstIndex(of: channel).map(UInt8.init)
      }
      for frame in batch[..<count] where channel == nil || frame.bus == wanted { try body(frame, reader) }
      progress.update("\(doing): \(reader.frames) frames")
    }
    progress.finish()
    if let channel, wanted == nil { throw ChannelError(log: log, channel: channel, known: reader.channels) }
    if let first = reader.damage.first {
      complain(
        "\(reader.name): \(reader.damage.total) of \(reader.lines) lines are damaged, the first is line \(first.line): "
          + first.kind.reason)
    }
    return reader
  }
}

/// A channel that the recording does not have.
struct ChannelError: Error, CustomStringConvertible {
  var log: String
  var channel: String
  var known: [String]

  var description: String {
    let others = known.isEmpty ? "it holds no frame at all" : "it has \(known.joined(separator: ", "))"
    return "\(log): no frame on a channel \"\(channel)\"; \(others)"
  }
}
