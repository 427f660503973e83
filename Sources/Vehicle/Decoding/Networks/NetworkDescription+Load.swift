// From a path or bytes to a description: reads the file, tells its format and hands it to the reader of that format.

import Glibc

/// Why a file gave nothing at all.
public enum NetworkDescriptionError: Error, Equatable, CustomStringConvertible {
  /// The operating system refused; `code` is its errno.
  case unreadable(path: String, code: Int32)
  /// Larger than any network description: likely another kind of file.
  case tooLarge(path: String)

  public var description: String {
    switch self {
    case .unreadable(let path, let code):
      "\(path): cannot be read (\(String(cString: strerror(code)))); give the path of a readable DBC, KCD or SYM file"
    case .tooLarge(let path):
      "\(path): larger than \(NetworkDescription.largestFile >> 20) MiB, which no network description is; "
        + "give the path of a DBC, KCD or SYM file"
    }
  }
}

extension NetworkDescription {
  /// The formats that are understood.
  public enum Format: String, CaseIterable, Sendable {
    /// Vector's database for CAN.
    case dbc
    /// Kayak CAN definition, XML.
    case kcd
    /// PEAK's symbol file, versions 5 and 6.
    case sym
  }

  static let largestFile = 32 << 20

  /// Reads and parses a file of the format that its name ends with or, where that says nothing, its text looks like.
  /// Bad lines do not throw: they are in `problems`.
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

  /// Parses a file's bytes: UTF-8 or Windows-1252, even by turns, or UTF-16 with a byte order mark. Never fails: what
  /// could not be read is in `problems`.
  /// - Parameter format: nil for the one that `name` ends with or, where that says nothing, the text looks like.
  public static func parse(bytes: [UInt8], name: String, format: Format? = nil) -> NetworkDescription {
    let bytes = withoutByteOrderMark(bytes)
    let format = format ?? Format(ending: name) ?? Format(lookOf: bytes)
    var builder = NetworkBuilder(name: name)
    switch format {
    case .dbc: DBCParser.read(bytes, into: &builder)
    case .kcd: KCDReader.read(bytes, into: &builder)
    case .sym: SYMReader.read(bytes, into: &builder)
    }
    var description = builder.finish()
    if description.messages.isEmpty {
      let imports = description.comment?.hasPrefix("IMPORT ") ?? false
      let reason =
        "no message in it: "
        + (imports ? "it only imports other files; give the one that opendbc's generator makes of them"
          : emptiness(of: bytes, readAs: format))
      description.problems.insert(Problem(line: 0, reason: reason), at: 0)
    }
    return description
  }

  /// What a file is that holds no message.
  private static func emptiness(of bytes: [UInt8], readAs format: Format) -> String {
    if bytes.allSatisfy(isBlank) { return "the file is empty" }
    if bytes.starts(with: "version https://git-lfs".utf8) {
      return "this is the pointer that git-lfs keeps in a file's place; 'git lfs pull' fetches the file"
    }
    if bytes.prefix(4096).contains(0) { return "this is no text; give a DBC, KCD or SYM file" }
    return "read as \(format.rawValue.uppercased()); give a DBC, KCD or SYM file"
  }
}

extension NetworkDescription.Format {
  fileprivate init?(ending name: String) {
    guard let dot = name.lastIndex(of: ".") else { return nil }
    self.init(rawValue: name[name.index(after: dot)...].lowercased())
  }

  /// DBC where nothing tells otherwise: its statements come in any order.
  fileprivate init(lookOf bytes: [UInt8]) {
    let beginning = bytes.drop(while: isBlank)
    if beginning.first == UInt8(ascii: "<") {
      self = .kcd
    } else if beginning.starts(with: "FormatVersion".utf8) {
      self = .sym
    } else {
      self = .dbc
    }
  }
}
