// Real recordings of many loggers.
import Glibc
import Testing
import Vocabulary

@testable import Recordings

@Suite(.enabled(if: corpus != nil, "TELLTALE_CORPUS is not set"))
struct CorpusTests {
  /// Each line is a frame, and writing the frames gives the same text again.
  @Test(arguments: ["can/css/obd2-drive-1.log", "can/css/j1939-machine.log", "can/css/nmea2000-1.log"])
  func readsAndWritesEveryLineOfCandump(path: String) throws {
    let file = try #require(corpus) + "/" + path
    let log = try RecordingReader(path: file)
    let frames = try allFrames(log, batch: 1000)
    let text = try contents(file)
    #expect(log.frames == log.lines && log.damage.total == 0)
    #expect(log.frames == text.count { $0 == 0x0A })
    #expect(try written(frames, channels: log.channels) == text)
  }

  /// As many frames as cantools counted in the same logs.
  @Test(arguments: ["gt350_vss", "kona_petrol_turnon", "passat_idle", "yaris_ac"])
  func readsAsManyFramesAsExpected(name: String) throws {
    let folder = try #require(corpus)
    let document = String(decoding: try contents(folder + "/expected/" + name + ".json"), as: UTF8.self)
    let path = try #require(document.split(separator: "\"log\": \"").dropFirst().first?.split(separator: "\"").first)
    let count = try #require(document.split(separator: "\"frames\": ").dropFirst().first?.prefix { $0.isNumber })
    let log = try RecordingReader(path: folder + "/" + path)
    #expect(try allFrames(log, batch: 1000).count == Int(count))
    #expect(log.damage.total == 0)
  }

  /// SavvyCAN saved one capture in six formats: the same frames, and the same times as far as a format has them.
  @Test func readsTheSameCaptureInSixFormats() throws {
    let folder = try #require(corpus) + "/can/formats-savvycan/"
    func frames(_ name: String, _ format: RecordingFormat) throws -> [CANFrame] {
      let log = try RecordingReader(path: folder + name)
      let frames = try allFrames(log, batch: 1000)
      #expect(log.format == format && log.damage.total == 0)
      return frames
    }
    let reference = try frames("GVRET_Log.csv", .gvret)
    #expect(reference.count == 12_974)
    for (name, format, unit) in [
      ("CRTD_Log.txt", .crtd, 1), ("MicrochipLog.log", .microchip, 1_000_000),
      ("BusMasterLog.log", .busmaster, 1_000_000),
      ("candump.log", .candump, 1_000_000_000), ("GenericID_Log.csv", .genericid, .max),
    ] as [(String, RecordingFormat, Int64)] {
      let others = try frames(name, format)
      #expect(others.map { content($0) } == reference.map { content($0) })
      func times(_ frames: [CANFrame]) -> [Int64] {
        frames.map { ($0.time.nanoseconds - (unit == 1_000_000 ? frames[0].time.nanoseconds : 0)) / unit }
      }
      #expect(times(others) == times(reference), "\(name)")
    }
  }

  private func content(_ frame: CANFrame) -> String { "\(frame.id.rawValue) \(frame.flags.rawValue) \(bytes(frame))" }

  /// A trace and the csv that PEAK-Converter made of it.
  @Test func readsATraceAndItsConversionAlike() throws {
    let folder = try #require(corpus) + "/can/hyundai-kona/"
    let trace = try allFrames(RecordingReader(path: folder + "turnonlog.trc"), batch: 1000)
    let table = try allFrames(RecordingReader(path: folder + "turnonlog.csv"), batch: 1000)
    #expect(trace.count == 22_498 && trace.map(describe) == table.map(describe))
  }

  /// Every line of these is a frame or a header: damage in them is a fault of the reader.
  @Test(arguments: [
    ("can/rusefi/med.canhacker", .canhacker, 38_624), ("can/rusefi/atlas.trc", .canhacker, 10_094),
    ("can/honda-civic8/vsslogfiltered.log", .busmaster, 3_187),
    ("can/j1939-attacks/Application_Layer/tsc1.log", .candump, 21_568),
    ("can/kona-ev/250105-1-2020-comp-can-heating.csv", .gvret, 27_982),
    ("can/toyota-yaris/revlog.csv", .genericid, 1_437),
    ("can/formats-python-can/test/data/logfile.asc", .asc, 20),
    ("can/formats-python-can/test/data/issue_1256.asc", .asc, 1_457),
    ("can/formats-python-can/test/data/test_CanMessage_V1_0_BUS1.trc", .trc, 11),
    ("can/formats-python-can/test/data/test_CanMessage_V1_3.trc", .trc, 11),
    ("can/formats-python-can/test/data/test_CanMessage_V2_0_BUS1.trc", .trc, 11),
    ("can/formats-python-can/test/data/test_CanMessage_V2_1.trc", .trc, 11),
  ] as [(String, RecordingFormat, Int)])
  func readsEveryFrame(path: String, format: RecordingFormat, count: Int) throws {
    let log = try RecordingReader(path: try #require(corpus) + "/" + path)
    #expect(try allFrames(log, batch: 1000).count == count)
    #expect(log.format == format && log.damage.total == 0)
  }
}
