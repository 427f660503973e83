// libyaml's events to a tree. libyaml bounds neither depth nor what aliases multiply to: this does.
internal import CYaml

/// Composes one document from libyaml's event stream.
final class Composer {
  /// A finished node with what it counts for when an alias repeats it.
  private struct Anchored {
    var node: Node
    var nodes: Int
    var depth: Int
  }

  /// One event, already out of libyaml's memory.
  private struct Event {
    enum Kind {
      case documentStart, streamEnd, sequenceStart, mappingStart, collectionEnd
      case scalar(String, isPlain: Bool)
      case alias(String)
      case other
    }
    var kind: Kind
    var line: Int
    var anchor: String?
    var isTagged = false

    var isCollectionEnd: Bool {
      if case .collectionEnd = kind { true } else { false }
    }
  }

  private let file: String
  private let bytes: [UInt8]
  // libyaml's parser holds pointers to itself: it must not move.
  private let parser: UnsafeMutablePointer<yaml_parser_t>
  private let input: UnsafeMutableBufferPointer<UInt8>
  private var anchors: [String: Anchored] = [:]
  private var count = 0

  init(bytes: [UInt8], file: String) {
    self.file = file
    self.bytes = bytes
    input = .allocate(capacity: max(1, bytes.count))
    _ = input.update(fromContentsOf: bytes)
    parser = .allocate(capacity: 1)
    parser.initialize(to: yaml_parser_t())
    yaml_parser_initialize(parser)
    yaml_parser_set_input_string(parser, input.baseAddress, bytes.count)
  }

  deinit {
    yaml_parser_delete(parser)
    parser.deallocate()
    input.deallocate()
  }

  func document() throws(ConfigurationError) -> Node {
    var root = Node(.mapping([]), line: 1)
    var isStarted = false
    while true {
      let event = try next()
      switch event.kind {
      case .streamEnd: return root
      case .documentStart:
        guard !isStarted else {
          throw error(event.line, "a second document", mend: "keep one document in the file: remove the \"---\" line")
        }
        isStarted = true
        let value = try node(from: try next(), depth: 1).node
        if !value.isNull { root = value }
      default: break
      }
    }
  }

  /// The node that starts with `event`, at nesting level `depth`, counted and registered under its anchor.
  private func node(from event: Event, depth: Int) throws(ConfigurationError) -> Anchored {
    guard !event.isTagged else {
      throw error(event.line, "tags are not supported", mend: "remove the word that begins with \"!\"")
    }
    let before = count
    count += 1
    var height = 0
    let content: Node.Content
    switch event.kind {
    case .scalar(let text, let isPlain): content = .scalar(text, isPlain: isPlain)
    case .alias(let name): return try target(of: name, at: event.line, depth: depth)
    case .sequenceStart:
      try check(depth, at: event.line)
      var elements: [Node] = []
      var item = try next()
      while !item.isCollectionEnd {
        let element = try node(from: item, depth: depth + 1)
        height = max(height, element.depth)
        elements.append(element.node)
        item = try next()
      }
      content = .sequence(elements)
      height += 1
    case .mappingStart:
      try check(depth, at: event.line)
      var entries: [Node.Entry] = []
      var lines: [String: Int] = [:]
      var item = try next()
      while !item.isCollectionEnd {
        let key = try key(from: item, known: &lines)
        let value = try node(from: try next(), depth: depth + 1)
        height = max(height, value.depth)
        entries.append(Node.Entry(key: key, line: item.line, value: value.node))
        item = try next()
      }
      content = .mapping(entries)
      height += 1
    default: throw error(event.line, "not understood", mend: "check the lines before it")
    }
    guard count <= YAML.nodeLimit else { throw tooMany(at: event.line) }
    let finished = Anchored(node: Node(content, line: event.line), nodes: count - before, depth: height)
    // Registered only now: an alias inside its own target is unknown, so that trees stay finite.
    if let anchor = event.anchor { anchors[anchor] = finished }
    return finished
  }

  private func key(from event: Event, known: inout [String: Int]) throws(ConfigurationError) -> String {
    guard case .scalar(let text, let isPlain) = event.kind, !event.isTagged, !text.isEmpty else {
      throw error(event.line, "a key must be a word", mend: "write it as \"name: value\"")
    }
    if isPlain && text == "<<" {
      throw error(event.line, "merge keys are not supported", mend: "write the keys out")
    }
    if let first = known.updateValue(event.line, forKey: text) {
      throw ConfigurationError(
        file: file, line: event.line, key: text, reason: "duplicate key, first on line \(first)",
        mend: "remove one of the two")
    }
    return text
  }

  private func target(of name: String, at line: Int, depth: Int) throws(ConfigurationError) -> Anchored {
    guard let target = anchors[name] else {
      throw error(line, "unknown alias \(quoted("*" + name))", mend: "define \"&\(name)\" before it is used")
    }
    count += target.nodes - 1
    guard count <= YAML.nodeLimit else { throw tooMany(at: line) }
    try check(depth + target.depth - 1, at: line)
    return target
  }

  private func check(_ depth: Int, at line: Int) throws(ConfigurationError) {
    guard depth <= YAML.depthLimit else {
      throw error(line, "nested deeper than \(YAML.depthLimit) levels", mend: "flatten it")
    }
  }

  private func tooMany(at line: Int) -> ConfigurationError {
    error(
      line, "more than \(YAML.nodeLimit) values once aliases are written out", mend: "use fewer or smaller aliases")
  }

  private func error(_ line: Int?, _ reason: String, mend: String) -> ConfigurationError {
    ConfigurationError(file: file, line: line, reason: reason, mend: mend)
  }

  // MARK: libyaml

  private func next() throws(ConfigurationError) -> Event {
    var raw = yaml_event_t()
    guard yaml_parser_parse(parser, &raw) == 1 else { throw syntaxError() }
    defer { yaml_event_delete(&raw) }
    var event = Event(kind: .other, line: Int(raw.start_mark.line) + 1)
    switch raw.type {
    case YAML_STREAM_END_EVENT: event.kind = .streamEnd
    case YAML_DOCUMENT_START_EVENT: event.kind = .documentStart
    case YAML_SEQUENCE_END_EVENT, YAML_MAPPING_END_EVENT: event.kind = .collectionEnd
    case YAML_SEQUENCE_START_EVENT:
      event.kind = .sequenceStart
      event.anchor = text(raw.data.sequence_start.anchor)
      event.isTagged = raw.data.sequence_start.tag != nil
    case YAML_MAPPING_START_EVENT:
      event.kind = .mappingStart
      event.anchor = text(raw.data.mapping_start.anchor)
      event.isTagged = raw.data.mapping_start.tag != nil
    case YAML_ALIAS_EVENT: event.kind = .alias(text(raw.data.alias.anchor) ?? "")
    case YAML_SCALAR_EVENT:
      let scalar = raw.data.scalar
      let value = String(decoding: UnsafeBufferPointer(start: scalar.value, count: scalar.length), as: UTF8.self)
      event.kind = .scalar(value, isPlain: scalar.style == YAML_PLAIN_SCALAR_STYLE)
      event.anchor = text(scalar.anchor)
      event.isTagged = scalar.tag != nil
    default: break
    }
    return event
  }

  private func text(_ pointer: UnsafeMutablePointer<yaml_char_t>?) -> String? {
    pointer.map { String(cString: $0) }
  }

  private func syntaxError() -> ConfigurationError {
    let state = parser.pointee
    if state.error == YAML_READER_ERROR {
      let line = bytes.prefix(state.problem_offset).count { $0 == UInt8(ascii: "\n") } + 1
      return error(line, "a control character", mend: "remove it")
    }
    let line = Int(state.problem_mark.line)
    let lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
    let indentation = lines.indices.contains(line) ? lines[line].prefix { $0 == 0x20 || $0 == 0x09 } : []
    if indentation.contains(0x09) {
      return error(line + 1, "a tab in the indentation", mend: "indent with spaces")
    }
    let problem = state.problem.map { String(cString: $0) } ?? "not YAML"
    let context = state.context.map { " " + String(cString: $0) } ?? ""
    return error(line + 1, problem + context, mend: "check the indentation and quotation marks here and above")
  }
}
