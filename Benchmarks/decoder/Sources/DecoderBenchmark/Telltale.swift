// Telltale's side: the table of a DBC file with the file's ranges as validity, and the timed loop.

import DecoderCore
import Decoding
import Vocabulary

struct Telltale {
  let table: DecoderTable
  /// One line for each signal: `signal NUMBER KEY NAME`, the key of the message's identifier in hexadecimal.
  let signalLines: [String]

  init(dbc path: String) throws(NetworkDescriptionError) {
    let file = try NetworkDescription.load(path: path)
    var all = file.compileAll()
    var lines: [String] = []
    for (place, source) in all.sources.enumerated() {
      for i in all.messages[place].signals.indices {
        guard let number = all.messages[place].signals[i].signal else { continue }
        let signal = file.messages[source].signals[all.signals[number.index].signal]
        if let range = signal.range { all.messages[place].signals[i].range = range }
        let key = String(file.messages[source].id.key, radix: 16)
        lines.append("signal \(number.rawValue) \(key) \(signal.name)")
      }
    }
    var problems: [DecoderTable.Problem] = []
    table = DecoderTable(all.messages, problems: &problems)
    signalLines = lines
  }

  /// Decodes frames `passes` times, each to the front of `out`; returns how many samples that gave.
  /// An array, of which a frame is borrowed in its place; a span would hand out a copy of 80 bytes.
  @inline(never) func decode(
    _ frames: borrowing [CANFrame], _ range: Range<Int>, passes: Int, into out: inout MutableSpan<Sample>
  ) -> Int {
    var samples = 0
    for _ in 0..<passes {
      for i in range { samples &+= table.decode(frames[i], into: &out).count }
    }
    return samples
  }
}
