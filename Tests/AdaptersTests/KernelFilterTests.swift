// What the kernel hands over is what the decoder has a use for, no less and no more.
import DecoderCore
import Decoding
import Testing
import VehicleBus
import Vocabulary

@testable import Adapters

@Suite struct KernelFilterTests {
  private func passes(_ filters: [CANFilter], _ id: CANID) -> Bool { filters.contains { $0.passes(id) } }

  /// A table over messages of all kinds and buses, from a seed.
  private func randomDBC(_ draws: inout FrameDraws) -> String {
    var text = "VERSION \"\"\n"
    for index in 0..<Int.random(in: 1...12, using: &draws) {
      let id: UInt32 =
        switch Int.random(in: 0...2, using: &draws) {
        case 0: UInt32.random(in: 0...0x7FF, using: &draws)
        case 1: 0x8000_0000 | UInt32.random(in: 0...0x1FFF_FFFF, using: &draws)
        // Near what J1939 uses, both kinds of groups.
        default: 0x98EF_0000 | UInt32.random(in: 0...0x1_FFFF, using: &draws)
        }
      text += "BO_ \(id) M\(index): 8 X\n SG_ S : 0|8@1+ (1,0) [0|255] \"\" X\n"
    }
    return text
  }

  @Test(arguments: 0..<16) func exactlyWhatTheDecoderLooksAtPasses(seed: Int) throws {
    var draws = FrameDraws(seed: UInt64(seed))
    var packs: [AdapterPack] = []
    var folders: [TemporaryPack] = []
    for index in 0..<Int.random(in: 1...3, using: &draws) {
      let dbc = randomDBC(&draws)
      let kind = ["can", "j1939", "isotp"][Int.random(in: 0...2, using: &draws)]
      let mappings = dbc.split(separator: "\n").filter { $0.hasPrefix("BO_") }.indices.map {
        "      - {from: M\($0).S, signal: Vehicle.P\(index)M\($0)}"
      }
      let folder = try TemporaryPack(
        "pack: p\(index)\ndbc:\n  - file: a.dbc\n    protocol: \(kind)\n    signals:\n"
          + mappings.joined(separator: "\n"),
        name: "p\(index)", files: ["a.dbc": dbc])
      var pack = try folder.load()
      pack.bus = [nil, 0, 1][Int.random(in: 0...2, using: &draws)]
      packs.append(pack)
      folders.append(folder)
    }
    let vehicle = try VehicleDefinition(packs: packs, overrides: [])
    let known = vehicle.messages.map(\.id) + vehicle.diagnostics.transported.map(\.id)
    let diagnostic = vehicle.diagnosticDecoder
    var (passed, held) = (0, 0)
    for bus in UInt8(0)...2 {
      let filters = vehicle.kernelFilters(bus: bus)
      #expect(filters.count <= CANFilter.mostPerSocket && Set(filters).count == filters.count)
      #expect(filters.allSatisfy { $0.mask >> 29 == 0b110 }, "format and remote flag count, the error flag must not")
      var decoder = vehicle.decoder
      for _ in 0..<1500 {
        let frame = frame(like: known, on: bus, &draws)
        var room = Array(repeating: Sample(time: .zero, value: 0, signal: SignalID(rawValue: 0)), count: 64)
        var out = room.mutableSpan
        let before = decoder.counters
        _ = decoder.decode(frame, into: &out) { _ in }
        let after = decoder.counters
        let isUsed = after.decoded + after.malformed > before.decoded + before.malformed
        var spare = room.mutableSpan
        let isData = frame.id.rawValue & (CANID.remoteFlag | CANID.errorFlag) == 0
        // A named identifier concerns the listener on every bus; it is of use on its own.
        let isNamedElsewhere = vehicle.diagnostics.transported.contains {
          $0.id.key == frame.id.key && $0.bus != nil && $0.bus != bus
        }
        let isWanted =
          isData
          && (vehicle.table.decode(frame, into: &spare).isKnown || diagnostic.concerns(frame) && !isNamedElsewhere
            || ISOTPListener.isCandidate(frame.id))
        let isPassed = passes(filters, frame.id)
        guard !isUsed || isPassed, isPassed == isWanted else {
          Issue.record("bus \(bus), id \(String(frame.id.rawValue, radix: 16)): used \(isUsed), passed \(isPassed)")
          return
        }
        passed += isPassed ? 1 : 0
        held += isPassed ? 0 : 1
      }
    }
    #expect(passed > 200 && held > 200, "\(passed) passed, \(held) held back")
    withExtendedLifetime(folders) {}
  }

  private func frame(like known: [CANID], on bus: UInt8, _ draws: inout FrameDraws) -> CANFrame {
    var raw: UInt32
    switch Int.random(in: 0...5, using: &draws) {
    case 0: raw = UInt32.random(in: 0...0x7FF, using: &draws)
    case 1: raw = CANID.extendedFlag | UInt32.random(in: 0...0x1FFF_FFFF, using: &draws)
    case 2: raw = 0x98DA_0000 ^ UInt32.random(in: 0...0x3_FFFF, using: &draws)
    case 3:
      let group = J1939Diagnostics.Group.allCases.randomElement(using: &draws)?.rawValue ?? 0xEC00
      let pf = [group, 0xEB00, 0xEC00, 0xC800, 0xC700].randomElement(using: &draws) ?? group
      let (priority, source) = (UInt32.random(in: 0...7, using: &draws), UInt32.random(in: 0...0xFF, using: &draws))
      raw = CANID.extendedFlag | priority << 26 | pf << 8 | source
    default: raw = known.randomElement(using: &draws)?.rawValue ?? 0
    }
    // One bit off, flags included, every other time.
    if Bool.random(using: &draws) { raw ^= 1 << UInt32.random(in: 0...31, using: &draws) }
    // No frame of 11 bits has more.
    if raw & CANID.extendedFlag == 0 { raw &= CANID.remoteFlag | CANID.errorFlag | 0x7FF }
    let bytes = (0..<8).map { _ in UInt8.random(in: 0...255, using: &draws) }
    return CANFrame(time: .zero, id: CANID(rawValue: raw), bus: bus, bytes: bytes)
  }

  @Test func j1939IsHeardWhereItIsSpoken() throws {
    var pack = try shippedPack("j1939")
    pack.bus = 1
    let vehicle = try VehicleDefinition(packs: [pack], overrides: [])
    let (other, own) = (vehicle.kernelFilters(bus: 0), vehicle.kernelFilters(bus: 1))
    #expect(other.count == 2, "ISO-TP alone")
    // DM1, address claimed, request, transport to a destination, engine speed: whatever priority and source.
    for id: UInt32 in [0x18FE_CA00, 0x0CEE_FF31, 0x18EA_0021, 0x1CEC_FF00, 0x1CEB_0B03, 0x0CF0_0400, 0x1CF0_0427] {
      #expect(passes(own, CANID(extended: id)) && !passes(other, CANID(extended: id)))
    }
    #expect(!passes(own, CANID(extended: 0x18FF_1234)) && !passes(own, CANID(standard: 0x123)))
  }

  @Test func tooManyMessagesLetEverythingPass() throws {
    var dbc = "VERSION \"\"\n"
    var yaml = "pack: p\ndbc:\n  - file: a.dbc\n    protocol: can\n    signals:\n"
    for id in 1...512 {
      dbc += "BO_ \(id) M\(id): 8 X\n SG_ S : 0|8@1+ (1,0) [0|255] \"\" X\n"
      yaml += "      - {from: M\(id).S, signal: Vehicle.M\(id)}\n"
    }
    let folder = try TemporaryPack(yaml, files: ["a.dbc": dbc])
    let vehicle = try VehicleDefinition(packs: [try folder.load()], overrides: [])
    #expect(vehicle.kernelFilters(bus: 0) == [.everything])
    #expect(passes([.everything], CANID(extended: 0x1234)) && !passes([.everything], CANID(rawValue: CANID.errorFlag)))
  }

  /// As the kernel looks such filters up by table.
  @Test func anExactFilterHasTheKernelsFormForIt() {
    let standard = CANFilter(exactly: CANID(standard: 0x123))
    #expect(standard.id == 0x123 && standard.mask == 0xC000_07FF)
    let extended = CANFilter(exactly: CANID(extended: 0x123))
    #expect(extended.id == 0x8000_0123 && extended.mask == 0xDFFF_FFFF)
  }
}

/// SplitMix64: the same draws for the same seed everywhere.
struct FrameDraws: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ z >> 30) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ z >> 27) &* 0x94D0_49BB_1331_11EB
    return z ^ z >> 31
  }
}
