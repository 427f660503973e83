// What people read of trouble codes: those that are there, and why there are none.
import Documents
import Testing
import Vocabulary

@testable import Diagnostics

struct DiagnosisTextTests {
  private func status(_ records: [DiagnosticRecord]) -> StatusDocument {
    var status = Samples.status
    let diagnosis = DiagnosisSummary(records, vin: nil, Samples.texts)
    status.vehicleIdentification = diagnosis.vehicleIdentification
    status.malfunctionLamp = diagnosis.malfunctionLamp
    status.warningLamps = diagnosis.warningLamps
    status.troubleCodes = diagnosis.troubleCodes
    status.readiness = diagnosis.readiness
    status.listsTold = diagnosis.listsTold
    return status
  }

  @Test func codes() {
    #expect(
      text(of: Samples.dtcs, in: Samples.status, colour: false) == """
        CODE            UNIT            STATUS                            SINCE                     MEANING
        P0301           7E8 engine      confirmed, pending                2026-05-28T20:26:40.000Z  Cylinder 1: misfire
            freeze frame 0: PID 05 –, engine speed 2500 rpm
        P0128           7E8 engine      pending                           2026-05-28T20:26:40.000Z  –
        SPN 168 FMI 17  SA 11 on bus 1  cleared 2026-05-28T20:26:40.000Z  2026-05-28T20:26:40.000Z  –
        malfunction lamp: on

        """)
  }

  @Test func `nobody asked is not the same as no codes`() {
    #expect(
      text(of: [], in: status([]), colour: false) == """
        not known: no control unit has told a list of trouble codes yet
        malfunction lamp: –

        """)
    let told = [TroubleCodeStatus.confirmed, .pending].map {
      DiagnosticRecord(
        unit: Samples.engine, content: .fact(.listEnded(complete: $0, notation: .obd)), changed: Samples.start)
    }
    let lamps = DiagnosticRecord(
      unit: Samples.brakes, content: .fact(.listBegan(lamps: WarningLamps(malfunction: false), isBroadcast: true)),
      changed: Samples.start)
    #expect(
      text(of: [], in: status(told + [lamps]), colour: false) == """
        no trouble codes (lists told: confirmed by 7E8 engine; pending by 7E8 engine)
        malfunction lamp: off

        """)
    #expect(text(of: [Samples.dtcs[2]], in: status(told), colour: false).contains("no trouble codes"))
    #expect(!text(of: [Samples.dtcs[2]], in: Samples.status, colour: false).contains("no trouble codes"), "others are")
  }

  @Test func `lamps other than the malfunction lamp are shown where they are on`() {
    // Red stop flashes fast, amber warning is on, protect is not there; the malfunction lamp is off.
    let lamps = WarningLamps(states: 0b00_01_01_11, flashes: 0b11_01_11_11)
    let records = [
      DiagnosticRecord(
        unit: Samples.brakes, content: .fact(.listBegan(lamps: lamps, isBroadcast: true)), changed: Samples.start)
    ]
    #expect(
      text(of: Samples.dtcs, in: status(records), colour: false).hasSuffix(
        "malfunction lamp: off\nwarning lamps: red-stop, amber-warning\n"))
    #expect(
      text(of: ControlUnitDocument.all(in: records, Samples.texts), colour: false) == """
        UNIT            NAME  READY  LAMP  LISTS TOLD
        SA 11 on bus 1  –     –      off   –
            warning lamps: red-stop, amber-warning

        """)
    #expect(!text(of: Samples.units, colour: false).contains("warning lamps"))
  }

  @Test func `a freeze frame is as fine as a reading is meant`() {
    var code = Samples.dtcs[0]
    code.freezeFrame?.values = [
      31.372549, 10, 9.99951, 9.87654321, 1488.75, -40, -0.00004, 0.5, 1_234_567.89,
    ].map { .init(name: "x", value: $0, unit: "percent") } + [.init(name: "x", value: nil, unit: "percent")]
    #expect(
      text(of: [code], in: Samples.status, colour: false).contains(
        "freeze frame 0: x 31.4 %, x 10 %, x 10 %, x 9.877 %, x 1488.8 %, x -40 %, x 0 %, x 0.5 %, "
          + "x 1234567.9 %, x –\n"))
  }

  @Test func `the status says what is not known`() {
    let lines = text(of: status([]), colour: false).split(separator: "\n")
    #expect(lines.contains("VIN            –") && lines.contains("lamp           –"))
    #expect(lines.contains("trouble codes  –, no control unit has told a list") && lines.contains("readiness      –"))
    var several = status([])
    several.vehicleIdentification = VehicleIdentityDocument(
      vin: "1M8GDM9AXKP042788", vins: ["1M8GDM9AXKP042788", "WVWZZZ1JZXW000001"], make: "Volvo")
    #expect(
      text(of: several, colour: false).contains(
        "1M8GDM9AXKP042788, Volvo, but control units say 1M8GDM9AXKP042788 and WVWZZZ1JZXW000001\n"))
  }

  @Test func `a text of a control unit cannot drive the terminal`() {
    var code = Samples.dtcs[0]
    code.unit.name = "a\u{1B}[2J"
    #expect(!text(of: [code], in: Samples.status, colour: false).contains("\u{1B}"))
  }
}
