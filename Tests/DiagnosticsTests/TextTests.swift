// What people read, letter by letter.
import Testing

@testable import Diagnostics

struct TextTests {
  @Test func `columns align by characters, not bytes`() {
    var table = TextTable(columns: ["NAME": .left, "VALUE": .right, "UNIT": .left])
    table.add(["a", "88.5", "°C"])
    table.add(["longer name", "–", ""])
    table.add(note: "with a note that is much wider than the whole table is")
    table.add(["e\u{301}", "7"])
    #expect(
      table.rendered(colour: false) == """
        NAME         VALUE  UNIT
        a             88.5  °C
        longer name      –
            with a note that is much wider than the whole table is
        e\u{301}                7

        """)
  }

  @Test func `colour changes no width and is off when not wanted`() {
    var table = TextTable(columns: ["STATE": .left, "N": .right])
    table.add([StyledText("ok", .good), "1"])
    table.add([StyledText("critical", .bad), "22"])
    #expect(
      table.rendered(colour: true)
        == "\u{1B}[2mSTATE\u{1B}[0m      \u{1B}[2mN\u{1B}[0m\n\u{1B}[32mok\u{1B}[0m         1\n"
        + "\u{1B}[1;31mcritical\u{1B}[0m  22\n")
    #expect(table.rendered(colour: false) == "STATE      N\nok         1\ncritical  22\n")
  }

  @Test func `a name cannot drive the terminal`() {
    #expect(StyledText("a\u{1B}[2Jb\nc\u{9B}d").text == "a\u{FFFD}[2Jb\u{FFFD}c\u{FFFD}d")
  }

  @Test func `an empty table is nothing`() {
    #expect(TextTable(columns: ["": .left]).rendered(colour: true) == "")
  }

  @Test func health() {
    #expect(
      text(of: Samples.health, colour: false) == """
        COMPONENT   STATE     SCORE  CONFIDENCE           RUL KM     RUL DAYS
        engine-oil  unknown       –           –                –            –
            no valid Vehicle.OBD.CoolantTemperature seen yet
        cooling     service      42        0.82  2100 (800–5100)  42 (16–102)
            coolant at steady speed: 81.2 °C against 88.0 °C, 5.1 standard deviations below, since about km 4200 \
        (90 % of the wear)
        charging    learning     97        0.20                –            –
            12 of 40 trips with the engine above idle for a minute seen

        """)
  }

  @Test func status() {
    #expect(
      text(of: Samples.status, colour: false) == """
        vehicle        WVWZZZ1JZXW000001
        daemon         telltaled 0.1.0, live, up 1 d 2 h
        clock          2026-05-28T20:26:40.000Z, quality ntp
        frames         120 received, 100 decoded, 18 unmatched, 2 malformed, 0 dropped
        sources        1
        data           poor; can0 is error-warning; can0 lost 4 frames in the last hour, 32258 of a million; 2 lines of \
        drive.log could not be read
        polling        paused
        signals        1 of 3 valid
        trip           none
        watched        7 trips, 6300.0 km
        health         42 of 100 by 4 components, pulled down by brake-pads-front 78 %, engine-oil 22 %
        VIN            1M8GDM9AXKP042788
        trouble codes  – active, 1 confirmed, 2 pending, – permanent
        lamp           on
        readiness      not ready: catalyst
        broker         depot:8883, not connected: connection refused
        queued         1 alert, 2 events, 3 telemetry
        sent           40 published, 34 acknowledged
        store          /var/lib/telltale/telltale.db, 1.9 MiB
        warning        no trusted clock since the boot

        """)
  }

  @Test func signals() {
    #expect(
      text(of: Samples.signals, colour: false) == """
        SIGNAL                            VALUE  UNIT         AGE  VALIDITY
        Vehicle.Speed                         0  km/h       0.4 s  valid
        Vehicle.OBD.CoolantTemperature        –  °C    1 min 15 s  stale, was 88.5
        Vehicle.OBD.ControlModuleVoltage      –  V              –  not-available

        """)
  }

  @Test func `alerts, trips, memory`() {
    #expect(
      text(of: [Samples.alert], colour: false).hasPrefix(
        """
        ALERT      SEVERITY  STATE   OPENED                    CHANGED                   SCORE
        cooling-2  critical  active  2026-05-28T20:26:40.000Z  2026-05-28T20:26:40.000Z     42
            coolant at steady speed
        """))
    #expect(
      text(of: [Samples.trip], colour: false) == """
        TRIP  STARTED                   ENDED    KM      ENGINE  TOP KM/H  COOLANT °C  VOLTAGE V
           7  2026-05-28T20:26:40.000Z  runs   12.3  25 min 3 s         –     21 to –          –

        """)
    #expect(
      text(of: Samples.memory, colour: false) == """
        BUFFER                   BYTES
        frame ring              131072  128.0 KiB
        SQLite cache            262144  256.0 KiB
        planned in all          393216  384.0 KiB
        limit of the plan     33554432   32.0 MiB
        resident now           9000000    8.6 MiB
        resident at its peak   9500000    9.1 MiB
        private now            1100000    1.0 MiB

        """)
    #expect(text(of: [SignalDocument](), colour: false).hasPrefix("no signal has a value yet"))
  }

  @Test(arguments: [
    (nil, "–"), (0, "0.0 s"), (9.94, "9.9 s"), (9.96, "10 s"), (60, "1 min"), (200, "3 min 20 s"), (86_400, "1 d"),
    (187_200, "2 d 4 h"), (-1, "–"), (Double.nan, "–"), (1e300, "–"),
  ])
  func `spans`(seconds: Double?, expected: String) { #expect(Figures.span(seconds: seconds) == expected) }

  @Test(arguments: [
    (nil, "–"), (0, "0"), (13.980000000000002, "13.98"), (48.137154, "48.137154"), (-0.5, "-0.5"), (100, "100"),
  ])
  func `figures`(value: Double?, expected: String) { #expect(Figures.plain(value) == expected) }
}
