// What control units said about themselves, as the store keeps it: one row for each unit and thing, and back again.
import Adapters
import Documents
import Store
import Vocabulary

extension DiagnosticRecord {
  /// The layout of `block`: raise it with every change to what a record holds.
  static let layout: Int32 = 1

  /// The record as the store keeps it.
  /// - Parameter data: the same as JSON.
  func row(data: [UInt8]) -> StoreRecord {
    .diagnostic(
      unit: unitKey, key: key, wall: changed.wallNanoseconds, version: DiagnosticRecord.layout,
      block: withUnsafeBytes(of: self) { Array($0) }, data: data)
  }

  /// The record for people and other programs.
  var json: [UInt8]? {
    switch content {
    case .code(let report): try? jsonText(TroubleCodeDocument(report, .standards))
    case .fact(let fact):
      switch fact {
      case .readiness(let readiness): try? jsonText(ReadinessDocument(readiness))
      case .monitor(let result): try? jsonText(MonitorDocument(result, .standards))
      case .listBegan(let lamps, _): try? jsonText(lamps.map { LampsDocument($0) })
      case .freezeFrameValue(let parameter, _, let value):
        try? jsonText(
          FreezeFrameDocument.Value(
            name: DiagnosticTexts.standards.parameter(parameter)?.name ?? "", value: value.isFinite ? value : nil,
            unit: DiagnosticTexts.standards.parameter(parameter)?.unit ?? ""))
      case .freezeFrameCode(let code, _): try? jsonText(code.name)
      case .identity(_, _, let text): try? jsonText(text.string)
      case .data(_, let bytes): try? jsonText(bytes.bytes.map { hexadecimal($0) }.joined())
      case .verification(_, let number): try? jsonText(number)
      case .performance(_, _, let count): try? jsonText(count)
      case .addressClaimed(let name): try? jsonText(hexadecimal(name))
      case .refused(let service, let reason): try? jsonText(DiagnosticTexts.standards.refusal(service, reason))
      case .listEnded, .cleared, .listed: try? jsonText(changed.rfc3339)
      }
    }
  }

  /// Whether it belongs to what a unit noted when it set a trouble code.
  var isOfFreezeFrame: Bool {
    switch content {
    case .fact(.freezeFrameCode), .fact(.freezeFrameValue): true
    default: false
    }
  }

  /// Bus and unit: `0/7E8`.
  var unitKey: String { "\(unit.bus)/\(unit.name)" }

  /// Reads a stored block. Nil when it has another size; version and checksum have been verified by the store, so its
  /// bytes are those of a record that this layout wrote.
  init?(block: [UInt8]) {
    guard block.count == MemoryLayout<DiagnosticRecord>.size else { return nil }
    self = block.withUnsafeBytes { $0.loadUnaligned(as: DiagnosticRecord.self) }
  }

  /// What the store holds, and how many rows of it cannot be read. Where there are such, nobody knows which codes they
  /// were: no unit has told a whole list then.
  static func all(in store: Store) throws(StoreError) -> (records: [DiagnosticRecord], unreadable: Int) {
    let (blocks, unreadable) = try store.diagnostics(version: layout)
    let records = blocks.compactMap { DiagnosticRecord(block: $0) }
    let lost = unreadable + blocks.count - records.count
    guard lost > 0 else { return (records, 0) }
    return (records.filter { if case .fact(.listEnded) = $0.content { false } else { true } }, lost)
  }

  /// What it is about, the same for each newer record that replaces it.
  var key: String {
    switch content {
    case .code(let report): return "code " + report.code.name
    case .fact(let fact):
      switch fact {
      case .listEnded(let complete, let notation): return "list \(notation) " + complete.names.joined(separator: " ")
      case .readiness: return "readiness"
      case .freezeFrameCode(_, let frame): return "freeze-frame \(frame) code"
      case .freezeFrameValue(.pid(let pid, let field), let frame, _):
        return "freeze-frame \(frame) pid \(hexadecimal(pid)) \(field)"
      case .freezeFrameValue(.spn(let spn), let frame, _): return "freeze-frame \(frame) spn \(spn)"
      case .monitor(let result): return "monitor \(hexadecimal(result.monitor)) \(hexadecimal(result.test))"
      case .identity(let item, let index, _): return "\(item.name) \(index)"
      case .verification(let index, _): return "verification \(index)"
      case .performance(let index, _, _): return "performance \(index)"
      case .data(let identifier, _): return "data " + String(identifier, radix: 16, uppercase: true)
      case .refused(let service, _): return "refusal \(hexadecimal(service))"
      case .addressClaimed: return "address"
      case .cleared: return "cleared"
      case .listBegan, .listed: return "list"
      }
    }
  }
}
