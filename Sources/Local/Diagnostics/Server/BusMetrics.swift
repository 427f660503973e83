// The metrics of the buses: sources, the health of their data, polling.
import Documents

extension Exposition {
  mutating func add(_ sources: [SourceDocument]) {
    family("telltale_source_frames_total", "counter", "Frames by source.")
    for s in sources { sample(["source": s.name, "kind": s.kind], Double(s.frames)) }
    family("telltale_source_dropped_total", "counter", "Frames lost by source.")
    for s in sources { sample(["source": s.name, "kind": s.kind], Double(s.dropped)) }
    family("telltale_source_damaged_lines_total", "counter", "Lines or messages that could not be read.")
    for s in sources { sample(["source": s.name, "kind": s.kind], Double(s.damagedLines)) }

    let buses = sources.filter { $0.busState != nil }
    family("telltale_source_state", "gauge", "1 for the state that the bus is in.")
    for s in buses { if let state = s.busState { sample(["source": s.name, "state": state], 1) } }
    family("telltale_source_error_counter", "gauge", "The controller's error counters, 0 to 255.")
    for s in buses {
      sample(["source": s.name, "counter": "transmit"], s.transmitErrors.map { Double($0) })
      sample(["source": s.name, "counter": "receive"], s.receiveErrors.map { Double($0) })
    }
    family("telltale_source_error_frames_total", "counter", "Error frames.")
    for s in buses { sample(["source": s.name], Double(s.errorFrames)) }
    family("telltale_source_errors_total", "counter", "Errors that error frames told of, by their kind.")
    for s in buses { for e in s.errors { sample(["source": s.name, "error": e.kind], Double(e.count)) } }
    family("telltale_source_overruns_total", "counter", "Times that the controller lost frames, each one or more.")
    for s in buses { sample(["source": s.name], Double(s.overruns)) }
    family("telltale_source_interface_dropped_total", "counter", "Frames that the interface had no room to hand on.")
    for s in buses { sample(["source": s.name], Double(s.interfaceDropped)) }
    family("telltale_source_transmitted_total", "counter", "Frames that this machine sent on the bus.")
    for s in buses { sample(["source": s.name], Double(s.transmitted)) }
    family("telltale_source_outages_total", "counter", "Times that the bus could not be read for a while.")
    for s in buses { sample(["source": s.name], Double(s.outages)) }
    family("telltale_source_blind_seconds_total", "counter", "Seconds for which the bus could not be read.")
    for s in buses { sample(["source": s.name], s.blindSeconds) }
    family("telltale_source_interface_packets_total", "counter", "Packets that the interface itself received.")
    for s in buses { sample(["source": s.name], s.onBus.map { Double($0) }) }
    family("telltale_source_bitrate", "gauge", "Bits per second of the arbitration phase.")
    for s in buses { sample(["source": s.name], s.bitrate.map { Double($0) }) }
    family("telltale_source_filtered", "gauge", "1 while the kernel hands on only what some pack describes.")
    for s in buses { sample(["source": s.name], s.filtered ? 1 : 0) }
  }

  mutating func add(adaptersOf sources: [SourceDocument]) {
    let adapters = sources.compactMap { s in s.adapter.map { (name: s.name, adapter: $0) } }
    family("telltale_adapter_state", "gauge", "1 for what the dialogue with the adapter is about.")
    for (name, a) in adapters { sample(["source": name, "state": a.state], 1) }
    family("telltale_adapter_voltage", "gauge", "Volts at the vehicle's plug.")
    for (name, a) in adapters { sample(["source": name], a.voltage) }
    for (kind, help, count) in [
      ("requests", "Requests to the vehicle.", \AdapterDocument.requests),
      ("answered", "Requests that had an answer.", \.answered),
      ("searches", "Requests to find out what the vehicle speaks, among the others.", \.searches),
      ("commands", "Commands to the adapter itself.", \.commands),
      ("resets", "Times that the adapter began anew by itself.", \.resets),
      ("resynchronisations", "Times that it had to be brought back to its prompt.", \.resynchronisations),
      ("opened", "Times that its port was opened.", \.opened),
    ] {
      family("telltale_adapter_\(kind)_total", "counter", help)
      for (name, a) in adapters { sample(["source": name], Double(a[keyPath: count])) }
    }
  }

  mutating func add(_ data: DataHealthDocument?) {
    family("telltale_data_state", "gauge", "1 for how far the data can be trusted.")
    if let data { sample(["state": data.state], 1) }
    family("telltale_data_lost_per_million", "gauge", "Frames lost of each million, over all sources.")
    sample([:], data?.lostPerMillion)
    family("telltale_data_blind_seconds", "gauge", "Seconds for which the worst source could not be read.")
    sample([:], data?.blindSeconds)
  }

  mutating func add(_ polling: PollingDocument) {
    family("telltale_polling_state", "gauge", "1 for the state that polling is in.")
    sample(["state": polling.state], 1)
    family("telltale_vehicle_parked", "gauge", "1 while the vehicle is parked, 0 while awake; absent while not known.")
    sample([:], ["parked": 1, "awake": 0][polling.parked.state])
    family("telltale_polling_budget", "gauge", "Requests per second that the configuration allows.")
    for b in polling.buses { sample(["source": b.name], b.budgetPerSecond) }
    family("telltale_polling_granted_total", "counter", "Requests that the guard let out.")
    for b in polling.buses { sample(["source": b.name], Double(b.granted)) }
    family("telltale_polling_refused_total", "counter", "Requests that the guard refused, by reason.")
    for b in polling.buses {
      for r in b.refused { sample(["source": b.name, "reason": r.code], Double(r.count)) }
    }
    family("telltale_polling_stretch", "gauge", "By how much all periods are stretched to stay within the budget.")
    for b in polling.buses { sample(["source": b.name], b.stretch) }
    family("telltale_polling_items", "gauge", "Things that are asked for, by what came of it.")
    for b in polling.buses {
      for state in Set(b.items.map(\.state)).sorted() {
        sample(["source": b.name, "state": state], Double(b.items.count { $0.state == state }))
      }
    }
    family("telltale_polling_answer_seconds", "gauge", "How long a control unit takes to answer.")
    for b in polling.buses {
      for u in b.units { sample(["source": b.name, "unit": u.answer], u.answerMilliseconds.map { $0 / 1000 }) }
    }
  }
}
