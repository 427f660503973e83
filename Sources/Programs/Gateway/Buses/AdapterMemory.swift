// What worked with an adapter in this vehicle, kept beyond a restart.
import Store
import Synchronization
import VehicleBus

/// Read at the start, written by the recorder. May be used from any thread.
struct AdapterMemory: Sendable {
  private let known: [String: ELMMemory]
  private let recorder: Recorder

  private static let prefix = "adapter "

  init(_ store: borrowing Store, _ configuration: GatewayConfiguration, _ recorder: Recorder) {
    var known: [String: ELMMemory] = [:]
    for source in configuration.sources where source.adapter != nil {
      // What cannot be read is searched for.
      if let text = try? store.note(AdapterMemory.prefix + source.name) { known[source.name] = ELMMemory(text: text) }
    }
    self.known = known
    self.recorder = recorder
  }

  func recall(_ adapter: String) -> ELMMemory { known[adapter] ?? ELMMemory() }

  func keep(_ memory: ELMMemory, of adapter: String) { recorder.note(AdapterMemory.prefix + adapter, memory.text) }
}

extension ELMMemory {
  /// `baud=38400 protocol=6`; what is not known is left out.
  var text: String {
    [baudRate.map { "baud=\($0)" }, vehicleProtocol.map { "protocol=\($0.rawValue)" }].compactMap { $0 }
      .joined(separator: " ")
  }

  /// Of what `text` gave; whatever is not understood counts as not known.
  init(text: String) {
    self.init()
    for word in text.split(separator: " ") {
      let parts = word.split(separator: "=", maxSplits: 1)
      guard parts.count == 2 else { continue }
      switch parts[0] {
      case "baud": baudRate = Int(parts[1]).flatMap { (1200...4_000_000).contains($0) ? $0 : nil }
      case "protocol": vehicleProtocol = UInt8(parts[1]).flatMap(ELMProtocol.init(rawValue:))
      default: continue
      }
    }
  }
}
