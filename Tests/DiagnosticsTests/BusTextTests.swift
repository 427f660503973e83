// What people read of buses, of polling, and before they clear trouble codes.
import Documents
import FoundationEssentials
import Testing

@testable import Diagnostics

struct BusTextTests {
  @Test func sources() {
    #expect(
      text(of: Samples.sources, colour: false) == """
        SOURCE     KIND       STATE                FRAMES  LOST  PER MILLION  BLIND
        can0       socketcan  open, error-warning     120     6        47619   13 s
            a can interface, 500 kbit/s, 400 packets at the interface, 1024 KiB to wait in, the kernel hands on only \
        what a pack describes, 12 frames sent from this machine, by whatever program
            lost: 3 frames because the daemon came too late, some in the controller once, 2 frames at the interface
            5 error frames: 4 not acknowledged (nobody else on the bus?), 1 bus-off
            the last: bus-off: the controller has left the bus, at 2026-05-28T20:26:38.500Z
            error counters: 0 sending, 99 receiving
            could not be heard 2 times, 13 s in all
        drive.log  recording  ended                     9     0            0      –
            2 lines could not be read; the first: line 17: 9 data bytes

        """)
    #expect(text(of: [SourceDocument](), colour: false) == "no sources configured\n")
  }

  @Test func `a bus that cannot be heard stands out`() {
    let gone = SourceDocument(
      name: "can1", kind: "socketcan", state: "down", frames: 0, dropped: 0, damagedLines: 0,
      error: "there is no interface can1", busState: "absent", outages: 1, blindSeconds: 3700,
      blindSince: "2026-05-28T20:26:40.000Z")
    let plain = text(of: [gone], colour: false)
    #expect(plain.contains("can1    socketcan  down, absent       0     0            –  1 h 1 min\n"))
    #expect(plain.contains("    nothing can be heard since 2026-05-28T20:26:40.000Z\n"))
    #expect(text(of: [gone], colour: true).contains("\u{1B}[1;31mdown, absent\u{1B}[0m"))
    let well = SourceDocument(
      name: "can0", kind: "socketcan", state: "open", frames: 5, dropped: 0, damagedLines: 0, busState: "error-active")
    #expect(text(of: [well], colour: true).contains("\u{1B}[32mopen, error-active\u{1B}[0m"))
    let lines = text(of: [well], colour: false).split(separator: "\n")
    #expect(
      lines[1...] == [
        "can0    socketcan  open, error-active       5     0            0  0.0 s",
        "    0 frames sent from this machine, by whatever program",
      ])
  }

  @Test func `one of each is told as one`() {
    let single = SourceDocument(
      name: "can0", kind: "socketcan", state: "open", frames: 1, dropped: 1, damagedLines: 1, busState: "error-active",
      errorFrames: 1, errors: [.init(kind: "bit", count: 1), .init(kind: "warning", count: 1)], transmitted: 1,
      onBus: 1)
    let lines = text(of: [single], colour: false).split(separator: "\n").dropFirst(2).map { $0.dropFirst(4) }
    #expect(
      lines == [
        "1 packet at the interface, 1 frame sent from this machine, by whatever program",
        "lost: 1 frame because the daemon came too late", "1 error frame: 1 bit error, 1 change to error-warning",
        "1 message could not be read",
      ])
  }

  @Test func `what sensors sent is told by reason, each with its first example`() throws {
    let sensors = SourceDocument(
      name: "/run/sensors", kind: "senml", state: "open", frames: 41, dropped: 30, damagedLines: 0,
      errors: [
        .init(kind: "flood", count: 30), .init(kind: "unknown-name", count: 2, example: "tpms/9 is in no pack"),
        .init(kind: "unit", count: 0),
      ])
    #expect(
      text(of: [sensors], colour: false) == """
        SOURCE        KIND   STATE  FRAMES  LOST  PER MILLION  BLIND
        /run/sensors  senml  open       41    30       422535      –
            41 datagrams
            30 refused (flood)
            2 refused (unknown-name), the first: tpms/9 is in no pack

        """)
    let json = String(decoding: try JSONEncoder().encode(sensors.errors), as: UTF8.self)
    #expect(json.contains("tpms") && json.split(separator: "example").count == 2, "absent where not known")
  }

  @Test func `the end of a pause is told`() {
    let pause = CommandDocument(.pausePolling(seconds: 6), text: "Nothing is asked.", until: Samples.start.rfc3339)
    #expect(
      text(of: pause, colour: false) == """
        Nothing is asked.
        That ends by itself at 2026-05-28T20:26:40.000Z.

        """)
    #expect(text(of: CommandDocument(.resumePolling, text: "It goes on."), colour: false) == "It goes on.\n")
  }

  @Test func `answer times are told in tenths of a millisecond`() {
    let unit = PollingDocument.Unit(request: nil, answer: "7E8", pids: 1, answerMilliseconds: 12.3456, packSize: 1)
    #expect(unit.answerMilliseconds == 12.3)
    let polling = PollingDocument(buses: [.init(name: "can0", budgetPerSecond: 1, units: [unit])])
    let shown = text(of: polling, colour: false)
    #expect(shown.contains("12.3 ms\n") && shown.contains("at most 1 request a second"))
  }

  @Test func polling() {
    #expect(
      text(of: Samples.polling, colour: false) == """
        polling: paused until 2026-05-28T20:26:40.000Z
        vehicle: awake since 2026-05-28T20:26:40.000Z
            engine at 830 rpm

        can0: at most 10 requests a second, 1200 sent since the start
            held back now: paused
            5 held back (bus-budget), last 2026-05-28T20:26:40.000Z
            all periods are 1.25 times as long as wished: more is asked for than may be sent
        ASKED ON   ANSWERS ON  PARAMETERS  AT ONCE  ANSWERS IN
        7E0        7E8                 31        6       12 ms
        all units  7E9                  2        1           –
        ASKED FOR           UNIT  WISHED EVERY  MET EVERY  STATE
        01 0C engine speed  7E8          0.2 s     0.25 s  served
        09 02 VIN           –           waking          –  waiting

        """)
    #expect(
      text(of: PollingDocument(), colour: false) == """
        polling: off, no source of the configuration may transmit
        vehicle: not known whether it is parked

        """)
    #expect(
      text(of: PollingDocument(configured: true, state: "paused"), colour: false).hasPrefix(
        "polling: paused until it is resumed\n"))
  }

  @Test func `clearing tells what is lost before it is done`() {
    #expect(
      clearingText(of: Samples.dtcs, in: Samples.status, bus: nil, colour: false) == """
        Clearing all buses takes away, for good:
          trouble codes: 2 known to Telltale: P0301 of 7E8, P0128 of 7E8, and any that it does not know
          freeze frames: 1 known to Telltale, what the units noted when they set the codes
          readiness: now not ready: catalyst; all self-tests begin anew and take several drives, without which an \
        inspection is failed
        Permanent codes stay until the vehicle itself finds the fault gone. Note down what a repair needs.

        """)
    let other = clearingText(of: Samples.dtcs, in: Samples.status, bus: 1, colour: false)
    #expect(other.hasPrefix("Clearing bus 1 takes away"))
    #expect(other.contains("trouble codes: 0 known to Telltale, and any"), "history is not there to be lost")
  }

  @Test(arguments: [(nil, "–"), (0, "0"), (0.034, "0.03"), (4.5, "4.5"), (9.999, "10"), (1234.5, "1235")])
  func `rates`(rate: Double?, expected: String) { #expect(Figures.rate(perMillion: rate) == expected) }
}

struct DataHealthTests {
  private func source(
    _ name: String = "can0", frames: UInt64 = 1_000_000, dropped: UInt64 = 0, damaged: UInt64 = 0,
    bus: String? = "error-active", state: String = "open", blind: Double = 0, since: String? = nil
  ) -> SourceDocument {
    SourceDocument(
      name: name, kind: "socketcan", state: state, frames: frames, dropped: dropped, damagedLines: damaged,
      busState: bus, blindSeconds: blind, blindSince: since)
  }

  private func judge(_ sources: SourceDocument...) -> DataHealthDocument {
    DataHealthDocument(
      of: sources.map {
        .init(
          source: $0, frames: $0.frames, lost: $0.dropped + $0.overruns, blindSeconds: $0.blindSeconds, observedSeconds: 1000)
      })
  }

  @Test func `each ground has its weight`() {
    #expect(judge(source()).state == "good" && judge(source()).reasons.isEmpty)
    #expect(judge(source(dropped: 0)).lostPerMillion == 0)
    #expect(judge(source(frames: 10_000_000, dropped: 9)).state == "good")
    #expect(judge(source(frames: 999_999, dropped: 1)).state == "degraded")
    #expect(judge(source(frames: 999_000, dropped: 999)).state == "degraded")
    #expect(judge(source(frames: 999_000, dropped: 1000)).state == "poor")
    #expect(judge(source(bus: "error-warning")).state == "degraded")
    #expect(judge(source(bus: "error-passive")).state == "poor")
    #expect(judge(source(blind: 9.9)).state == "good")
    #expect(judge(source(blind: 10)).state == "degraded")
    #expect(judge(source(blind: 100)).reasons == ["can0 could not be read for 1 min 40 s of the last hour"])
    #expect(judge(source(blind: 100)).state == "poor")
    #expect(judge(source(damaged: 1, bus: nil, state: "ended")).state == "degraded")
  }

  @Test(arguments: ["bus-off", "down", "absent"])
  func `blind is when nothing can be heard, poor when something cannot`(bus: String) {
    let gone = source("can1", bus: bus, state: "down", blind: 3, since: "T")
    #expect(judge(gone).state == "blind" && judge(gone).blindSeconds == 3)
    #expect(judge(source(), gone).state == "poor")
    #expect(judge(source(), gone).reasons == ["can1 cannot be read since T: \(bus)"])
    #expect(judge().state == "blind" && judge().reasons == ["no source is configured"])
    #expect(judge().lostPerMillion == nil)
  }

  @Test func `the loss is that of all sources together`() {
    #expect(judge(source(frames: 900, dropped: 100), source(frames: 1000)).lostPerMillion == 50_000)
  }
}
