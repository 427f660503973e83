// Standard output, standard error and whole files, written at once and checked.
import Diagnostics
import Glibc

/// Standard output cannot take what was printed.
struct OutputError: Error, CustomStringConvertible {
  var code: CInt
  var description: String { "cannot write to standard output: \(String(cString: strerror(code)))" }
}

/// Writes all of `bytes` to standard output.
func put(_ bytes: [UInt8]) throws(OutputError) {
  var written = 0
  while written < bytes.count {
    let count = bytes[written...].withUnsafeBytes { write(STDOUT_FILENO, $0.baseAddress, $0.count) }
    if count >= 0 { written += count } else if errno != EINTR { throw OutputError(code: errno) }
  }
}

func put(_ text: String) throws(OutputError) { try put(Array(text.utf8)) }

/// Writes lines to standard error; an error there has nobody left to be told. Names in them come from files and may not
/// drive the terminal.
func complain(_ text: String) {
  let lines = text.split(separator: "\n", omittingEmptySubsequences: false).map { StyledText(String($0)).text }
  let bytes = Array((lines.joined(separator: "\n") + "\n").utf8)
  _ = write(STDERR_FILENO, bytes, bytes.count)
}

/// Whether standard output is a terminal on which nobody has asked for no colour (https://no-color.org).
var colourWanted: Bool {
  func variable(_ name: String) -> String { getenv(name).map { String(cString: $0) } ?? "" }
  return isatty(STDOUT_FILENO) == 1 && variable("NO_COLOR").isEmpty && variable("TERM") != "dumb"
}

/// A file that cannot be written.
struct FileNotWritten: Error, CustomStringConvertible {
  var path: String
  var code: CInt
  var description: String { "\(path): cannot be written (\(String(cString: strerror(code))))" }
}

/// Writes a whole file in place of what was there.
func write(_ bytes: [UInt8], to path: String) throws(FileNotWritten) {
  let descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
  guard descriptor >= 0 else { throw FileNotWritten(path: path, code: errno) }
  defer { close(descriptor) }
  var written = 0
  while written < bytes.count {
    let count = bytes[written...].withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
    if count >= 0 { written += count } else if errno != EINTR { throw FileNotWritten(path: path, code: errno) }
  }
}
