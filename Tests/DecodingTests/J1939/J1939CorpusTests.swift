// Diagnostic messages of recorded vehicles, of attacked ones, and of boats that speak another language.

import Decoding
import Glibc
import Testing
import Vocabulary

@Suite(.enabled(if: environment("TELLTALE_CORPUS") != nil, "TELLTALE_CORPUS is not set"))
struct J1939CorpusTests {
  static let folder = (environment("TELLTALE_CORPUS") ?? "") + "/can"

  /// What the single frames of a log tell.
  struct Tally: Equatable {
    var activeLists = 0
    var malformed = 0
    /// How often each code is told.
    var codes: [String: Int] = [:]
    /// Facts that are no part of a list.
    var others: [String: Int] = [:]
  }

  static func tally(_ path: String) throws -> Tally {
    var tally = Tally()
    var diagnostics = J1939Diagnostics()
    try eachFrame(path) { seconds, id, data in
      let parameterGroup = CANID(extended: id).parameterGroup
      guard J1939Diagnostics.isDiagnostic(parameterGroup) else { return }
      if parameterGroup == J1939Diagnostics.Group.activeCodes.rawValue { tally.activeLists += 1 }
      let unit = ControlUnit(sourceAddress: UInt8(id & 0xFF))
      let time = Instant.zero.advanced(seconds: seconds)
      let message = bytes(hex: data())
      let isWhole = diagnostics.decode(message.span, parameterGroup: parameterGroup, from: unit, at: time) { fact in
        switch fact.content {
        case .listBegan, .listEnded: break
        case .listed(let code, let status, _):
          tally.codes[unit.name + " " + code.name + " " + status.names.joined(), default: 0] += 1
        case .addressClaimed: tally.others["address", default: 0] += 1
        case let other: tally.others[unit.name + " " + line(of: other), default: 0] += 1
        }
      }
      if !isWhole { tally.malformed += 1 }
    }
    return tally
  }

  /// Gives the frames with 29-bit identifiers of a candump in either of its forms, `(time) can0 18FECA31#0123` and
  /// `(time)  can0  18FECA31   [8]  01 23`. By the C library: these logs are long, and tests are not optimized.
  static func eachFrame(
    _ path: String, _ body: (_ seconds: Double, _ id: UInt32, _ data: () -> String) -> Void
  ) throws {
    guard let file = fopen(path, "r") else { throw NetworkDescriptionError.unreadable(path: path, code: errno) }
    var line: UnsafeMutablePointer<CChar>?
    var room = 0
    defer {
      free(line)
      fclose(file)
    }
    while getline(&line, &room, file) >= 0 {
      guard let line, let open = strchr(line, 0x28) else { continue }
      var end: UnsafeMutablePointer<CChar>?
      let seconds = strtod(open + 1, &end)
      guard var word = end, word.pointee == 0x29 else { continue }
      word += 1 + strspn(word + 1, " ")
      word += strcspn(word, " ")
      word += strspn(word, " ")
      let id = strtoul(word, &end, 16)
      guard let behind = end, behind - word == 8, id < 0x2000_0000 else { continue }
      body(seconds, UInt32(id)) {
        if let bracket = strchr(behind, 0x5D) { return String(cString: bracket + 1) }
        return String(cString: behind + 1)
      }
    }
  }

  @Test func machine() throws {
    let tally = try Self.tally(Self.folder + "/css/j1939-machine.log")
    #expect(tally == Tally(activeLists: 10))
  }

  @Test func trucks() throws {
    let folder = Self.folder + "/trucks/02_CAN Logging"
    let kenworth = try Self.tally(folder + "/candump on a Kenworth.log")
    #expect(kenworth == Tally(activeLists: 2, codes: ["SA 49 SPN 168 FMI 17 active": 1], others: ["address": 1]))
    // One DM1 without any byte.
    let freightliner = try Self.tally(folder + "/candump for CAN Case XL on Freightliner.log")
    #expect(freightliner == Tally(activeLists: 1, malformed: 1))
  }

  /// Addresses are claimed as in J1939; nothing else of NMEA 2000 is taken for a diagnostic message.
  @Test func boats() throws {
    let paths = files(below: Self.folder + "/css", ending: ".log").filter { $0.contains("nmea2000") }
    #expect(paths.count == 2)
    for path in paths {
      let tally = try Self.tally(path)
      #expect(tally.others.keys.sorted() == ["address"])
      #expect(tally.activeLists == 0 && tally.malformed == 0 && tally.codes.isEmpty)
    }
  }

  /// Random identifiers and data give no code, no list that would be believed at once and no identity; what is told of
  /// codes are the trucks' own, from units that repeat them.
  @Test func attacks() throws {
    let paths = files(below: Self.folder + "/j1939-attacks", ending: ".log")
    #expect(paths.count >= 9)
    for path in paths {
      let tally = try Self.tally(path)
      #expect((40...66).contains(tally.activeLists), "\(path)")
      #expect(tally.others.keys.allSatisfy { $0 == "address" }, "\(path): \(tally.others)")
      #expect(tally.malformed == 0 || path.contains("fuzz") && tally.malformed < 20, "\(path)")
      switch path.split(separator: "/").last {
      case "request_overload_attack.log":
        #expect(
          tally.codes == [
            "SA 49 SPN 1483 FMI 9 active": 10, "SA 49 SPN 5245 FMI 10 active": 1, "SA 11 SPN 639 FMI 14 active": 9,
          ])
      case "dos_full.log": #expect(tally.codes == ["SA 49 SPN 1481 FMI 9 active": 1])
      default: #expect(tally.codes.isEmpty, "\(path)")
      }
    }
  }
}
