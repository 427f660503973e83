// How far a long command is, on standard error.
import Glibc

/// Shows nothing for two seconds, then a text in place on a terminal, else a line every ten seconds.
struct Progress {
  private let isTerminal = isatty(STDERR_FILENO) == 1
  private var next = ContinuousClock.now + .seconds(2)
  private var hasShown = false

  /// To be called now and then; `text` is made only when it is shown.
  mutating func update(_ text: @autoclosure () -> String) {
    guard ContinuousClock.now >= next else { return }
    next = ContinuousClock.now + (isTerminal ? .milliseconds(500) : .seconds(10))
    hasShown = true
    if isTerminal { rewriteLine(text()) } else { complain(text()) }
  }

  func finish() {
    if hasShown && isTerminal { rewriteLine("") }
  }

  private func rewriteLine(_ text: String) {
    // Back to the first column, and erase what stood there.
    let bytes = Array(("\r\u{1B}[K" + text).utf8)
    _ = write(STDERR_FILENO, bytes, bytes.count)
  }
}
