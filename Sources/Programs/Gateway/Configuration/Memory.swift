// The memory plan of a configuration: what every room will hold, before the first frame.
import Adapters
import Alerting
import Diagnostics
import Health
import MQTT
import Pipeline
import VehicleBus
import Vocabulary

extension MemoryPlan {
  /// Every buffer of the daemon for this vehicle. Decoder tables count twice: a reload builds the new one beside the old.
  init(_ configuration: GatewayConfiguration, _ vehicle: VehicleDefinition, isReplay: Bool) {
    self.init(limit: configuration.memoryLimit)
    let signals = vehicle.catalogue.count
    let rings = CaptureRings(signals: signals)
    add("decoder tables (2)", 2 * vehicle.decoder.memoryBytes)
    // About 200 bytes a signal: path, unit and the index by path.
    add("signal catalogue", signals * 200)
    add("signal table", SignalTable(vehicle.catalogue).memoryBytes)
    add("roll-ups", RollUps(vehicle.catalogue).memoryBytes)
    add("telemetry chunks and batches", TelemetryRecorder.memoryBytes(signals: signals))
    let book = DiagnosticBook()
    add("what control units said", book.memoryBytes)
    add("freeze frames for events", book.capacity * (MemoryLayout<DiagnosticRecord>.stride + 96))
    // The models, and as they are before they have seen anything; the recorder's last checkpoint, and one under way.
    add(
      "component models and checkpoint",
      2 * MemoryLayout<HealthMonitor>.stride + 2 * MemoryLayout<GatewayCheckpoint>.stride + rings.returning.memoryBytes)
    if isReplay {
      add("recording read-ahead", RecordingSource.memoryBytes)
    } else {
      let adapters = configuration.sources.map { $0.adapter != nil }
      let interfaces = adapters.count { !$0 }
      add("CAN receive batches", interfaces * SocketCANSource.memoryBytes)
      add("rings between control and capture", BusLink.memoryBytes(adapters: adapters))
      add("links and kernel filters", interfaces * 4096 + 16_384)
      // What adapters are known, one line and one long answer (4095 bytes as text) under way, and what is to be written.
      if adapters.contains(true) { add("ELM327 adapters", 64 << 10 + adapters.count { $0 } * 32 << 10) }
      // A plan of at most 512 things to ask with what is known of each and of 16 units, and answers under way.
      let polled = configuration.sources.count { $0.polling != nil }
      if polled > 0 { add("polling", polled * 128 << 10) }
      if configuration.sensorSocket != nil || configuration.sensorTopic != nil {
        add("sensors' messages", SensorSocket.memoryBytes() + BusControl.mostPacks * 16_384)
      }
    }
    add("capture batch", CaptureLoop.memoryBytes)
    add("ring capture to recorder: records", rings.records.memoryBytes)
    add("ring capture to recorder: roll-ups", rings.rollUps.memoryBytes)
    add("ring capture to recorder: checkpoints", rings.checkpoints.memoryBytes)
    add("ring courier to recorder", 256 * MemoryLayout<Int64>.stride * 3)
    // A row is JSON of at most about 2 kB; a group holds at most `groupLimit` of them.
    add("recorder's open group", Recorder.groupLimit * 2048)
    add("SQLite page cache, writer", 256 << 10)
    if configuration.broker != nil {
      add("SQLite page cache, courier", 128 << 10)
      add("MQTT window", (configuration.broker?.window ?? 20) * 16_384 + 3 * 256 * 1024)
    }
    let records = book.capacity * MemoryLayout<DiagnosticRecord>.stride
    add(
      "diagnostics snapshot",
      2 * (signals * MemoryLayout<SignalReading>.stride + MemoryLayout<CaptureSnapshot>.stride + records))
    add("diagnostics clients", DiagnosticsServer.plannedBytes(signals: signals, diagnosticRecords: book.capacity))
    add(
      "thread stacks",
      ThreadStack.total(
        hasCourier: configuration.broker != nil, isLive: !isReplay, hasSensors: configuration.sensorTopic != nil))
  }
}

/// Stacks of the threads that the gateway starts, bytes.
enum ThreadStack {
  static let capture = 1 << 20
  static let recorder = 1 << 20
  static let courier = 512 << 10
  static let control = 256 << 10
  static let sensors = 256 << 10

  static func total(hasCourier: Bool, isLive: Bool, hasSensors: Bool) -> Int {
    capture + recorder + (hasCourier ? courier : 0) + (isLive ? control : 0) + (isLive && hasSensors ? sensors : 0)
  }
}
