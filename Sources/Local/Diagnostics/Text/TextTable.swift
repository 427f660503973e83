// Aligned columns for a terminal or a pipe.

/// A piece of text and what it means; colour is only the last step of showing that.
public struct StyledText: Hashable, Sendable, ExpressibleByStringLiteral {
  public enum Meaning: Hashable, Sendable {
    case plain, good, notice, warning, bad, faint

    /// SGR parameters (ECMA-48) out of the eight colours that every terminal and theme has.
    fileprivate var graphics: String? {
      switch self {
      case .plain: nil
      case .good: "32"
      case .notice: "36"
      case .warning: "33"
      case .bad: "1;31"
      case .faint: "2"
      }
    }
  }

  public let text: String
  public let meaning: Meaning

  /// Control characters in `text` are shown as U+FFFD: names come from recordings and packs, and may not drive the
  /// terminal.
  public init(_ text: String, _ meaning: Meaning = .plain) {
    let isControl = { (s: Unicode.Scalar) in s.properties.generalCategory == .control }
    self.text =
      text.unicodeScalars.contains(where: isControl)
      ? String(String.UnicodeScalarView(text.unicodeScalars.map { isControl($0) ? "\u{FFFD}" : $0 })) : text
    self.meaning = meaning
  }

  public init(stringLiteral value: String) { self.init(value) }

  /// Columns on a terminal: one per character as people count them, so `°C` takes two and a combining mark none.
  var width: Int { text.count }

  public func rendered(colour: Bool) -> String {
    guard colour, !text.isEmpty, let graphics = meaning.graphics else { return text }
    return "\u{1B}[\(graphics)m\(text)\u{1B}[0m"
  }
}

/// A table whose columns are as wide as their widest cell, two spaces apart; no line ends in spaces. Rows may be
/// followed by indented notes that take no part in the alignment.
public struct TextTable: Sendable {
  public enum Alignment: Sendable {
    case left
    case right
  }

  private enum Line: Sendable {
    case row([StyledText])
    case note(StyledText)
  }

  private let titles: [StyledText]
  private let alignments: [Alignment]
  private var lines: [Line] = []

  /// - Parameter columns: Title and alignment of each column. With all titles empty there is no title line.
  public init(columns: KeyValuePairs<String, Alignment>) {
    titles = columns.map { StyledText($0.key, .faint) }
    alignments = columns.map(\.value)
  }

  /// Adds a row; missing cells are empty, surplus ones are dropped.
  public mutating func add(_ cells: [StyledText]) {
    lines.append(.row(Array((cells + Array(repeating: "", count: titles.count)).prefix(titles.count))))
  }

  /// Adds an indented line below the last row.
  public mutating func add(note: StyledText) { lines.append(.note(note)) }

  /// All lines, each closed by a newline; empty when there are neither titles nor rows.
  public func rendered(colour: Bool) -> String {
    let rows = lines.compactMap { if case .row(let cells) = $0 { cells } else { nil } }
    let widths = titles.indices.map { i in ([titles] + rows).reduce(0) { max($0, $1[i].width) } }
    var text = titles.contains { !$0.text.isEmpty } ? render(titles, widths, colour) : ""
    for line in lines {
      switch line {
      case .row(let cells): text += render(cells, widths, colour)
      case .note(let note): text += "    " + note.rendered(colour: colour) + "\n"
      }
    }
    return text
  }

  private func render(_ cells: [StyledText], _ widths: [Int], _ colour: Bool) -> String {
    var text = ""
    var gap = 0
    for (i, cell) in cells.enumerated() where widths[i] > 0 {
      let padding = widths[i] - cell.width
      if alignments[i] == .right { gap += padding }
      if !cell.text.isEmpty {
        text += String(repeating: " ", count: gap) + cell.rendered(colour: colour)
        gap = 0
      }
      if alignments[i] == .left { gap += padding }
      gap += 2
    }
    return text + "\n"
  }
}
