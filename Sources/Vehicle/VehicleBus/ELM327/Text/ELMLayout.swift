// How the data lines of one reply are written, and which way of writing fits them.
import Vocabulary

/// Where nobody said how an adapter writes, each reply is read in every possible way, and the way counts in which most
/// lines make sense:
/// - as CAN frames with an identifier, with or without a digit for the number of bytes, the control byte of ISO-TP must
///   agree with what follows it;
/// - as frames of K-line or J1850, the checksum must be right;
/// - without headers, a line must begin like an answer, or be numbered.
///
/// An answer to the service that was asked counts more than an answer to another. Ways that need more to agree go first
/// where two are equally good. Lines that do not fit the way of their reply are damaged: within one reply it is not
/// changed. Without headers and without somebody who said so, other services than the one that was asked are believed
/// only if answers to them are usual: of an identifier that lost a digit (`7E8`) something like a service remains.
enum ELMLayout: Hashable, Sendable {
  case bare
  /// `hasLength`: ATD1 adds a digit for the number of bytes.
  case can(isExtended: Bool, hasLength: Bool)
  /// K-line or J1850 with three header bytes and a checksum.
  case addressed

  /// One frame of a CAN bus as it stands in a line.
  struct Frame {
    var id: CANID
    var bytes: [UInt8]
  }

  /// The ways in which an adapter of that format may write.
  static func candidates(_ format: ELMFormat) -> [ELMLayout] {
    var layouts: [ELMLayout] = []
    if format.hasHeaders != false {
      for isExtended in [true, false] {
        if let vehicleProtocol = format.vehicleProtocol {
          guard vehicleProtocol.isCAN, vehicleProtocol.isExtended == isExtended else { continue }
        }
        layouts += [.can(isExtended: isExtended, hasLength: false), .can(isExtended: isExtended, hasLength: true)]
      }
      if format.vehicleProtocol?.isCAN != true { layouts.append(.addressed) }
    }
    if format.hasHeaders != true { layouts.append(.bare) }
    return layouts
  }

  /// The way that fits the lines best; without headers where none does and that is possible.
  static func best(for lines: [ELMDataLine], _ format: ELMFormat, service: UInt8?) -> ELMLayout {
    let candidates = candidates(format)
    var best = (layout: candidates.last ?? .bare, score: 0)
    guard candidates.count > 1 else { return best.layout }
    for layout in candidates {
      let score = lines.reduce(0) { $0 + ($1.isDamaged ? 0 : layout.score($1, format, service)) }
      if score > best.score { best = (layout, score) }
    }
    return best.layout
  }

  /// Whether a line makes sense in any of the ways in which an adapter of that format may write.
  static func fitsAny(_ line: ELMDataLine, _ format: ELMFormat) -> Bool {
    candidates(format).contains { $0.score(line, format, nil) > 0 }
  }

  /// 2 for an answer to `service`, 1 for what makes sense otherwise, 0 for what does not.
  private func score(_ line: ELMDataLine, _ format: ELMFormat, _ service: UInt8?) -> Int {
    switch self {
    case .bare:
      if line.isNumberedOrLength { return 2 }
      guard let bytes = line.bytes(from: 0), ELMLayout.isBareAnswer(bytes, format, service) else { return 0 }
      return answers(bytes, service) ? 2 : 1
    case .can:
      guard let frame = frame(line) else { return 0 }
      if format.vehicleProtocol == .j1939 { return 1 }
      switch ISOTPPiece(frame.bytes) {
      case .single(let bytes): return answers(bytes, service) ? 2 : 1
      case .first(_, let bytes): return answers(bytes, service) ? 2 : 1
      case .consecutive, .flowControl: return 1
      case nil: return 0
      }
    case .addressed:
      let frames = AddressedFrames(line, format.vehicleProtocol).frames
      return frames.isEmpty ? 0 : frames.contains { answers($0.bytes, service) } ? 2 : 1
    }
  }

  /// Whether these bytes, a line without headers, are to be believed to be an answer.
  static func isBareAnswer(_ bytes: [UInt8], _ format: ELMFormat, _ service: UInt8?) -> Bool {
    guard let first = bytes.first, format.hasHeaders == nil else { return isAnswer(bytes) }
    if service != nil, answers(bytes, service) { return true }
    return 0x41...0x4A ~= first || 0x50...0x6E ~= first || first == 0x7F
  }

  /// The frame of a line; nil where it is none.
  func frame(_ line: ELMDataLine) -> Frame? {
    guard case .can(let isExtended, let hasLength) = self, !line.isNumbered else { return nil }
    let header = isExtended ? 8 : 3
    let start = header + (hasLength ? 1 : 0)
    guard line.characters.count >= start, let value = line.number(0..<header),
      value <= (isExtended ? 0x1FFF_FFFF : 0x7FF),
      line.breaks.allSatisfy({ $0 >= header || isExtended && $0 % 2 == 0 }), let bytes = line.bytes(from: start),
      bytes.count <= 8, !hasLength || line.number(header..<start) == UInt32(bytes.count)
    else { return nil }
    return Frame(id: isExtended ? CANID(extended: value) : CANID(standard: value), bytes: bytes)
  }
}

/// Answers have bit 6 of their service set, refusals (7F) as well; requests that are repeated or overheard have not.
func isAnswer(_ bytes: some Collection<UInt8>) -> Bool { bytes.first.map { $0 & 0x40 != 0 } ?? false }

/// Whether these bytes answer or refuse `service`; nil: any.
func answers(_ bytes: [UInt8], _ service: UInt8?) -> Bool {
  guard let service else { return isAnswer(bytes) }
  return bytes.first == service | 0x40 || bytes.first == 0x7F && bytes.count > 1 && bytes[1] == service
}
