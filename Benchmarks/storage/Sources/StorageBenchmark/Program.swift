// Counts what a second of samples writes to the disk, by the store and by tables of rows beside it.
import Glibc
import SQLite
import Store
import Vocabulary

/// One way to keep samples: what it is called, and what commits the samples of one second.
struct Way {
  var name: String
  var commit: (_ second: Int, _ samples: Int) throws -> Void
}

/// Pages that this process made dirty, in bytes, as the kernel counts them.
func writtenBytes() throws -> Int {
  guard let file = fopen("/proc/self/io", "r") else {
    throw SQLiteError(code: .ioError, message: "cannot be read", path: "/proc/self/io")
  }
  defer { fclose(file) }
  var line = [CChar](repeating: 0, count: 256)
  while fgets(&line, Int32(line.count), file) != nil {
    let words = String(decoding: line.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self).split(separator: " ")
    if words.first == "write_bytes:", words.count == 2 { return Int(words[1].dropLast()) ?? 0 }
  }
  return 0
}

/// Bytes that the device below `folder` has written, whoever wrote them; nil where it is none of the kernel's disks.
func deviceBytes(_ folder: String) -> Int? {
  var status = stat()
  guard stat(folder, &status) == 0 else { return nil }
  let (major, minor) = (status.st_dev >> 8 & 0xFFF, status.st_dev & 0xFF | status.st_dev >> 12 & 0xFFF00)
  guard let file = fopen("/sys/dev/block/\(major):\(minor)/stat", "r") else { return nil }
  defer { fclose(file) }
  var line = [CChar](repeating: 0, count: 512)
  guard fgets(&line, Int32(line.count), file) != nil else { return nil }
  let words = String(decoding: line.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self).split(separator: " ")
  return words.count > 6 ? Int(words[6]).map { $0 * 512 } : nil
}

/// Bytes that no compression makes smaller.
func noise(_ count: Int) -> [UInt8] { (0..<count).map { _ in UInt8.random(in: .min ... .max) } }

/// A table of one row for each sample, committed each second, as `synchronous=FULL` has it.
func rows(_ name: String, _ folder: String, bytes: Int) throws -> Way {
  let connection = try Connection(path: folder + "/\(bytes).sqlite")
  try connection.execute(
    """
    PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA cache_size = -256;
    CREATE TABLE sample (id INTEGER PRIMARY KEY, data BLOB NOT NULL)
    """)
  let insert = try connection.prepare("INSERT INTO sample (data) VALUES (?1)")
  return Way(name: name) { _, samples in
    try connection.transaction { () throws(SQLiteError) in
      for _ in 0..<samples {
        try insert.bind(noise(bytes), at: 1)
        try insert.run()
      }
    }
  }
}

func ways(_ folder: String) throws -> [Way] {
  let settings = StoreSettings(vehicle: "v", quota: 4 << 30)
  for name in ["chunks", "outbox"] { mkdir(folder + "/" + name, 0o700) }
  let chunks = try Store.open(directory: folder + "/chunks", settings)
  let outbox = try Store.open(directory: folder + "/outbox", settings)
  // A minute is queued before a receiver acknowledges it.
  return [
    Way(name: "a chunk a second, 6 B a sample") { second, samples in
      try chunks.commit([
        .rollUps(.second, startWall: Int64(second), version: 1, chunk: noise(6 * samples)),
      ])
    },
    Way(name: "the same through the outbox") { second, samples in
      let time = Timestamp.unknown
      try outbox.commit([
        .outgoing(lane: .telemetry, type: "t", subject: nil, time: time, data: noise(6 * samples)),
        .acknowledged(Acknowledgement(epoch: 1, lane: .telemetry, first: 1, last: Int64(second) - 60)),
      ])
    },
    try rows("rows of protobuf, 22 B", folder, bytes: 22),
    try rows("rows of JSON, 43 B", folder, bytes: 43),
  ]
}

@main struct Program {
  /// Arguments: a folder on the disk in question, seconds for each run.
  static func main() throws {
    let arguments = CommandLine.arguments
    guard arguments.count == 3, let seconds = Int(arguments[2]) else {
      let line = "usage: storage-benchmark FOLDER SECONDS\n"
      write(STDERR_FILENO, line, line.utf8.count)
      exit(2)
    }
    for samples in [2000, 500, 200] {
      let folder = arguments[1] + "/\(samples)"
      mkdir(folder, 0o700)
      for way in try ways(folder) {
        // The first checkpoints make the files grow; what counts is how it goes on.
        for second in 1...300 { try way.commit(second, samples) }
        sync()
        let (before, deviceBefore) = (try writtenBytes(), deviceBytes(folder))
        for second in 301...300 + seconds { try way.commit(second, samples) }
        sync()
        let written = try writtenBytes() - before
        let device = deviceBefore.flatMap { before in deviceBytes(folder).map { $0 - before } }
        print(samples, seconds, written, device ?? -1, way.name, separator: "\t")
      }
    }
  }
}
