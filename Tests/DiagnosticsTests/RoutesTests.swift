// What each path answers, without a socket.
import FoundationEssentials
import NIOHTTP1
import Testing

@testable import Diagnostics
import Documents
import Vocabulary

extension Routes {
  /// The reply to a request that is no command.
  func reply(to method: HTTPMethod, _ target: String) -> Reply {
    switch answer(to: method, target, body: []) {
    case .reply(let reply): return reply
    case .command(let command):
      Issue.record("\(method) \(target) is the command \(command)")
      return .error(.imATeapot, "a command", mend: "")
    }
  }
}

struct RoutesTests {
  private let routes = Routes(views: Samples.views)

  private func decoded<D: Decodable>(_ type: D.Type, _ target: String) throws -> D {
    let reply = routes.reply(to: .GET, target)
    #expect(reply.status == .ok)
    #expect(reply.contentType == "application/json")
    return try JSONDecoder().decode(type, from: Data(reply.body))
  }

  private func refusal(_ method: HTTPMethod, _ target: String) throws -> (Int, ErrorDocument) {
    let reply = routes.reply(to: method, target)
    return (Int(reply.status.code), try JSONDecoder().decode(ErrorDocument.self, from: Data(reply.body)))
  }

  @Test func `every endpoint gives the document of its view`() throws {
    #expect(try decoded(StatusDocument.self, "/v1/status") == Samples.status)
    #expect(try decoded([SignalDocument].self, "/v1/signals") == Samples.signals)
    #expect(try decoded(SignalDocument.self, "/v1/signals/Vehicle.Speed") == Samples.signals[0])
    #expect(try decoded([HealthDocument].self, "/v1/health") == Samples.health)
    #expect(try decoded(HealthDocument.self, "/v1/health/cooling") == Samples.health[1])
    #expect(try decoded([AlertDocument].self, "/v1/alerts") == [Samples.alert])
    #expect(try decoded([SourceDocument].self, "/v1/sources") == Samples.sources)
    #expect(try decoded(MemoryDocument.self, "/v1/memory") == Samples.memory)
    #expect(try decoded([TripDocument].self, "/v1/trips") == [Samples.trip])
    #expect(try decoded([TroubleCodeDocument].self, "/v1/dtcs") == Samples.dtcs)
    #expect(try decoded([TroubleCodeDocument].self, "/v1/dtcs/p0301") == [Samples.dtcs[0]])
    #expect(try decoded([TroubleCodeDocument].self, "/v1/dtcs/SPN%20168%20FMI%2017") == [Samples.dtcs[2]])
    #expect(try decoded([ControlUnitDocument].self, "/v1/units") == Samples.units)
    #expect(try decoded(PollingDocument.self, "/v1/polling") == Samples.polling)
  }

  @Test func `metrics are text, and unknown numbers give no line`() {
    let reply = routes.reply(to: .GET, "/metrics")
    let lines = String(decoding: reply.body, as: UTF8.self).split(separator: "\n")
    #expect(reply.contentType == "text/plain; version=0.0.4; charset=utf-8")
    #expect(lines.contains("telltale_component_score{component=\"cooling\"} 41.6"))
    #expect(lines.contains("telltale_component_rul_km{component=\"cooling\",quantile=\"0.5\"} 2100"))
    #expect(lines.contains("telltale_component_state{component=\"engine-oil\",state=\"unknown\"} 1"))
    #expect(!lines.contains { $0.hasPrefix("telltale_component_score{component=\"engine-oil\"}") })
    #expect(!lines.contains { $0.hasPrefix("telltale_component_confidence{component=\"engine-oil\"}") })
    #expect(lines.contains("telltale_sync_connected 0"))
    #expect(lines.contains("telltale_trouble_codes{status=\"confirmed\"} 1"))
    #expect(lines.contains("telltale_trouble_codes{status=\"pending\"} 2"))
    #expect(!lines.contains { $0.hasPrefix("telltale_trouble_codes{status=\"active\"}") })
    #expect(lines.contains("telltale_malfunction_lamp 1") && lines.contains("telltale_ready 0"))
    #expect(lines.contains("telltale_incomplete_monitors 1"))
    // The format's grammar: comments, or a name, labels and a number.
    for line in lines where !line.hasPrefix("# ") {
      #expect(line.wholeMatch(of: /[a-z_]+(\{[a-z_]+="[^"]*"(,[a-z_]+="[^"]*")*\})? -?[0-9.]+/) != nil, "\(line)")
    }
  }

  @Test func `buses and polling are in the metrics, and what is no bus has no line there`() {
    let lines = String(decoding: routes.reply(to: .GET, "/metrics").body, as: UTF8.self).split(separator: "\n")
    for line in [
      #"telltale_source_dropped_total{source="can0",kind="socketcan"} 3"#,
      #"telltale_source_state{source="can0",state="error-warning"} 1"#,
      #"telltale_source_error_counter{source="can0",counter="receive"} 99"#,
      #"telltale_source_error_frames_total{source="can0"} 5"#,
      #"telltale_source_errors_total{source="can0",error="no-ack"} 4"#,
      #"telltale_source_overruns_total{source="can0"} 1"#, #"telltale_source_interface_dropped_total{source="can0"} 2"#,
      #"telltale_source_transmitted_total{source="can0"} 12"#,
      #"telltale_source_outages_total{source="can0"} 2"#, #"telltale_source_blind_seconds_total{source="can0"} 12.5"#,
      #"telltale_source_interface_packets_total{source="can0"} 400"#, #"telltale_source_bitrate{source="can0"} 500000"#,
      #"telltale_source_filtered{source="can0"} 1"#, #"telltale_data_state{state="poor"} 1"#,
      #"telltale_data_blind_seconds 12.5"#, #"telltale_polling_state{state="paused"} 1"#, "telltale_vehicle_parked 0",
      #"telltale_polling_budget{source="can0"} 10"#, #"telltale_polling_granted_total{source="can0"} 1200"#,
      #"telltale_polling_refused_total{source="can0",reason="bus-budget"} 5"#,
      #"telltale_polling_stretch{source="can0"} 1.254"#,
      #"telltale_polling_items{source="can0",state="served"} 1"#,
      #"telltale_polling_answer_seconds{source="can0",unit="7E8"} 0.012"#,
    ] { #expect(lines.contains(Substring(line)), "\(line)") }
    #expect(lines.count { $0.contains("drive.log") } == 3)
    let unknown = prometheusText(status: Samples.status, health: [], alerts: [], sources: [], memory: Samples.memory)
    #expect(!unknown.contains("telltale_vehicle_parked") && !unknown.contains("telltale_source_"))
    #expect(unknown.contains("telltale_polling_state{state=\"off\"} 1"))
  }

  @Test func `what was turned down is counted by its kind`() {
    var status = Samples.status
    status.sync.refused = .init(acknowledgements: 3, publications: 2, oversized: 1)
    let text = prometheusText(status: status, health: [], alerts: [], sources: [], memory: Samples.memory)
    for (kind, count) in [("acknowledgement", 3), ("publication", 2), ("oversized", 1)] {
      #expect(text.contains("telltale_sync_refused_total{kind=\"\(kind)\"} \(count)\n"))
    }
  }

  @Test func `a label cannot break out of its quotes`() {
    var status = Samples.status
    status.vehicle = "a\"} 1\n\\"
    let text = prometheusText(status: status, health: [], alerts: [], sources: [], memory: Samples.memory)
    #expect(text.contains(#"vehicle="a\"} 1\n\\""#))
  }

  @Test(arguments: [
    ("/v1/statsu", "did you mean /v1/status?"), ("/v1/helth", "did you mean /v1/health?"),
    ("/metric", "did you mean /metrics?"), ("/v1/status/", "did you mean /v1/status?"),
  ])
  func `an unknown path names the nearest and lists all`(target: String, hint: String) throws {
    let (status, document) = try refusal(.GET, target)
    #expect(status == 404)
    #expect(document.error == "there is no \(target)")
    #expect(document.mend.hasPrefix(hint))
    for path in Routes.paths { #expect(document.mend.contains(path)) }
  }

  @Test func `a path near nothing is told no nearest`() throws {
    let (status, document) = try refusal(.GET, "/")
    #expect(status == 404)
    #expect(document.mend.hasPrefix("There are: /v1/status"))
  }

  @Test func `an unknown signal or component names the nearest`() throws {
    let signal = try refusal(.GET, "/v1/signals/vehicle.sped")
    #expect(signal.0 == 404)
    #expect(signal.1.mend == "did you mean Vehicle.Speed? /v1/signals lists all")
    let component = try refusal(.GET, "/v1/health/coling")
    #expect(component.0 == 404)
    #expect(component.1.error == "there is no component coling")
    #expect(component.1.mend == "did you mean cooling? /v1/health lists all")
    let code = try refusal(.GET, "/v1/dtcs/PO301")
    #expect(code.0 == 404)
    #expect(code.1.error == "there is no trouble code PO301")
    #expect(code.1.mend.hasPrefix("did you mean P0301? "))
  }

  @Test(arguments: [
    "P9999", "p0301-1c", "C0034", "b0001", "uFFFF", "U0100-ff", "SPN%20110%20FMI%200", "spn%20524287%20fmi%2031",
  ])
  func `a code that no unit tells is an empty list`(code: String) throws {
    #expect(try decoded([TroubleCodeDocument].self, "/v1/dtcs/" + code).isEmpty)
  }

  @Test(arguments: [
    "P030", "P03011", "X0301", "P03G1", "P0301-", "P0301-1", "P0301-1CC", "P0301%201C", "P0301-%C3%BC", "SPN",
    "SPN%20110", "SPN%20110%20FMI", "SPN%20%20FMI%200", "SPN%20110%20FMI%20-1", "SPN%20110%20FMI%200%20", "SPN%20110%20XYZ%200",
    "%F0%9F%9A%97", "%EF%AC%80301", "-----",
  ])
  func `what is no code is told how codes are written`(code: String) throws {
    let (status, document) = try refusal(.GET, "/v1/dtcs/" + code)
    #expect(status == 404)
    #expect(document.error.hasPrefix("there is no trouble code "))
    #expect(document.mend.hasSuffix("a code is written P0301, P0301-1C or SPN 110 FMI 0; /v1/dtcs lists all"))
  }

  @Test(arguments: [HTTPMethod.POST, .PUT, .DELETE, .PATCH, .OPTIONS, .RAW(value: "BREW")])
  func `other methods are refused where there is something`(method: HTTPMethod) throws {
    let (status, document) = try refusal(method, "/v1/status")
    #expect(status == 405)
    #expect(document.mend == "use GET or HEAD")
    #expect(routes.reply(to: method, "/v1/status").allow == "GET, HEAD")
    #expect(try refusal(method, "/nowhere").0 == 404)
  }

  @Test func `targets are decoded once, queries ignored, absolute forms accepted`() throws {
    #expect(try decoded(SignalDocument.self, "/v1/signals/Vehicle%2eSpeed?x=1").path == "Vehicle.Speed")
    #expect(try decoded(StatusDocument.self, "http://localhost/v1/status") == Samples.status)
    #expect(try refusal(.GET, "/v1/signals/Vehicle%252eSpeed").0 == 404)
    for bad in ["/v1/%", "/v1/%4", "/v1/%zz", "/v1/%ff"] { #expect(try refusal(.GET, bad).0 == 400) }
  }

  @Test func `a number that JSON cannot say is an error, not a crash`() throws {
    var views = Samples.views
    var status = Samples.status
    status.uptimeSeconds = .nan
    views.status = { [status] in status }
    #expect(Routes(views: views).reply(to: .GET, "/v1/status").status == .internalServerError)
  }

  @Test(arguments: [("aaaa", nil), ("Vehicle.Sped", "Vehicle.Speed"), ("", nil)])
  func `nearest name`(wrong: String, right: String?) {
    #expect(nearestName(to: wrong, among: ["Vehicle.Speed", "Vehicle.Width", "xyz"]) == right)
  }

  @Test func `a huge name is compared with nothing`() {
    let huge = String(repeating: "x", count: 5000)
    #expect(nearestName(to: huge, among: [huge]) == nil)
  }
}

struct DocumentTests {
  private func json(_ document: some Encodable) throws -> String {
    String(decoding: try jsonText(document), as: UTF8.self)
  }

  @Test func `a signal has a value only while it is valid`() throws {
    #expect(
      try json(Samples.signals[0])
        == #"{"path":"Vehicle.Speed","value":0,"unit":"km/h","validity":"valid","ageSeconds":0.4}"# + "\n")
    #expect(
      try json(Samples.signals[1])
        == #"{"path":"Vehicle.OBD.CoolantTemperature","value":null,"lastValue":88.5,"unit":"celsius","#
        + #""validity":"stale","ageSeconds":75}"# + "\n")
    #expect(
      try json(Samples.signals[2])
        == #"{"path":"Vehicle.OBD.ControlModuleVoltage","value":null,"unit":"V","validity":"not-available","#
        + #""ageSeconds":null}"# + "\n")
    let broken = SignalDocument(
      Samples.catalogue.descriptions[0], validity: .valid, reading: .nan, ageSeconds: 0)
    #expect(broken.validity == "not-available" && broken.value == nil)
    let refused = SignalDocument(
      Samples.catalogue.descriptions[0], validity: .outOfRange, reading: 9999, ageSeconds: 0)
    #expect(refused.value == nil && refused.lastValue == nil)
  }

  @Test func `a parked vehicle says that there is no trip, a healthy one has no error`() throws {
    let text = try json(Samples.status)
    #expect(text.contains(#""trip":null"#))
    #expect(text.contains(#""data":{"state":"poor","reasons":["#) && text.contains(#""polling":"paused""#))
    #expect(
      text.contains(
        #""store":{"path":"/var/lib/telltale/telltale.db","bytes":1992294,"bytesWritten":0,"#
          + #""dropped":{"alerts":0,"events":0,"telemetry":0}}"#))
  }

  @Test func `a recording is no bus, and says so`() throws {
    #expect(
      try json(Samples.sources[1])
        == #"{"name":"drive.log","kind":"recording","state":"ended","frames":9,"dropped":0,"damagedLines":2,"#
        + #""firstDamage":"line 17: 9 data bytes","busState":null,"transmitErrors":null,"receiveErrors":null,"#
        + #""bitrate":null,"interfaceKind":null,"errorFrames":0,"errors":[],"overruns":0,"transmitted":0,"outages":0,"#
        + #""blindSeconds":0,"blindSince":null,"onBus":null,"interfaceDropped":0,"#
        + #""lastError":null,"receiveBufferBytes":null,"filtered":false,"lossPerMillion":0}"# + "\n")
  }

  @Test func `polling that is off is short`() throws {
    #expect(
      try json(PollingDocument())
        == #"{"configured":false,"state":"off","pausedUntil":null,"#
        + #""parked":{"state":"unknown","since":null,"evidence":[]},"buses":[]}"# + "\n")
  }

  @Test(arguments: [
    (1000, 0, 0, Double?.some(0)), (999_998, 1, 1, 2), (0, 0, 0, nil), (0, 3, 0, 1e6),
    (UInt64.max, UInt64.max, 0, 500_000),
  ] as [(UInt64, UInt64, UInt64, Double?)])
  func `loss is what is missing of what should have come`(
    frames: UInt64, dropped: UInt64, overruns: UInt64, loss: Double?
  ) {
    let source = SourceDocument(
      name: "can0", kind: "socketcan", state: "open", frames: frames, dropped: dropped, damagedLines: 0,
      overruns: overruns)
    #expect(source.lossPerMillion == loss)
  }

  @Test func `memory is read from proc`() throws {
    let text = "Name:\tx\nVmHWM:\t   2048 kB\nVmRSS:\t   1024 kB\nRssAnon:\t      12 kB\nThreads:\t4\n"
    #expect(
      ProcessMemory(procStatus: text) == ProcessMemory(resident: 1_048_576, peak: 2_097_152, privateBytes: 12_288))
    #expect(ProcessMemory(procStatus: "VmRSS:\t1 kB\n") == nil)
    let mine = try #require(ProcessMemory.current())
    #expect(mine.peak >= mine.resident && mine.resident > mine.privateBytes && mine.privateBytes > 0)
    #expect(
      try json(Samples.memory).hasSuffix(
        #""plannedTotal":393216,"limit":33554432,"resident":9000000,"peak":9500000,"private":1100000}"# + "\n"))
  }
}
