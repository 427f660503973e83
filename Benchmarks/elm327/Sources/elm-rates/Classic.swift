// The untuned classic: one request, and nothing else until its prompt has come.
import CLinux
import Glibc
import Vocabulary

/// Resets the adapter, switches echo and adaptive timing off, and then asks for the engine speed over and over, as most
/// small programs do: headers off, blanks on, no digit for the count of answers, the timeout of power-on. A prompt that
/// does not come is given up after two seconds; a port that is gone is not opened again.
struct Classic: ~Copyable {
  private let descriptor: Int32
  private var rate = Rate()
  private let begin = telltale_clock_boottime_ns()

  private static let promptPatience = 2.0

  init(port: String, baud: UInt32) throws(RateError) {
    descriptor = telltale_tty_open(port)
    guard descriptor >= 0, telltale_tty_set_baud(descriptor, baud, 1) == 0 else {
      throw RateError("\(port): \(String(cString: strerror(descriptor < 0 ? -descriptor : errno)))")
    }
  }

  deinit { if descriptor >= 0 { telltale_port_close(descriptor) } }

  mutating func run(for seconds: Double) throws(RateError) -> Rate {
    for command in ["ATZ", "ATE0", "ATAT0", "ATSP0"] { _ = ask(command) }
    while !ask("010C").contains("410C") {
      guard time < patience else { throw RateError("the classic got no value within \(Int(patience)) s") }
    }
    rate.firstValue = time
    var start: Rate?
    var startTime = 0.0
    while time < rate.firstValue + warmUp + seconds {
      if start == nil, time >= rate.firstValue + warmUp {
        start = rate
        startTime = time
      }
      rate.requests += 1
      if ask("010C").contains("410C") { rate.values += 1 }
    }
    return rate.since(start ?? Rate(), seconds: time - startTime)
  }

  /// Seconds since the start.
  private var time: Double { Double(telltale_clock_boottime_ns() - begin) * 1e-9 }

  /// What comes up to the prompt, without blanks and line ends.
  private func ask(_ command: String) -> String {
    let line = Array((command + "\r").utf8)
    telltale_port_write(descriptor, line, line.count)
    let end = time + Classic.promptPatience
    var answer = ""
    var byte: UInt8 = 0
    while time < end {
      var waiting = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
      guard poll(&waiting, 1, 100) > 0 else { continue }
      guard telltale_port_read(descriptor, &byte, 1) == 1 else {
        // Gone: nothing to be read any more.
        usleep(100_000)
        continue
      }
      if byte == UInt8(ascii: ">") { break }
      if byte > 0x20 { answer.unicodeScalars.append(Unicode.Scalar(byte)) }
    }
    return answer
  }
}
