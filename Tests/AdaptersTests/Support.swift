// Packs for tests: those that ship, and throw-away ones.
import DecoderCore
import Decoding
import Glibc
import Vocabulary

@testable import Adapters

/// The folder adapters/ of this checkout.
let shipped = PackFolder(path: #filePath.split(separator: "/").dropLast(3).map { "/" + $0 }.joined() + "/adapters")

func shippedPack(_ name: String) throws -> AdapterPack { try AdapterPack.load(directory: shipped.path + "/" + name) }

/// `TELLTALE_CORPUS`; nil where there is none.
let corpus = getenv("TELLTALE_CORPUS").map { String(cString: $0) }

/// A folder `NAME` with a pack and the files that it names, gone when the test ends.
final class TemporaryPack {
  let path: String
  private let parent: String
  private var files: [String] = []

  init(_ yaml: String, name: String = "p", files: [String: String] = [:]) throws {
    var template = Array("/tmp/telltale-pack-XXXXXX".utf8CString)
    guard mkdtemp(&template) != nil else { throw Failure(code: errno) }
    parent = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    path = parent + "/" + name
    guard mkdir(path, 0o700) == 0 else { throw Failure(code: errno) }
    try write("pack.yaml", yaml)
    for (file, text) in files { try write(file, text) }
  }

  func load() throws -> AdapterPack { try AdapterPack.load(directory: path) }

  private func write(_ name: String, _ text: String) throws {
    let descriptor = open(path + "/" + name, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
    guard descriptor >= 0 else { throw Failure(code: errno) }
    defer { close(descriptor) }
    files.append(name)
    let bytes = Array(text.utf8)
    guard Glibc.write(descriptor, bytes, bytes.count) == bytes.count else { throw Failure(code: errno) }
  }

  deinit {
    for name in files { unlink(path + "/" + name) }
    rmdir(path)
    rmdir(parent)
  }

  struct Failure: Error { let code: Int32 }
}

/// A small network description: an engine message of 11 bits and a J1939 group.
let carDBC = """
  VERSION ""
  BO_ 256 EngineStatus: 8 Vector__XXX
   SG_ CoolantTemp : 0|8@1+ (1,-40) [-40|215] "degC" Vector__XXX
   SG_ OilTemp : 8|8@1+ (1,-40) [-40|215] "degC" Vector__XXX
   SG_ Speed : 16|16@1+ (0.01,0) [0|655.35] "mph" Vector__XXX
  BO_ 2566844926 CCVS1: 8 Vector__XXX
   SG_ WheelSpeed : 8|16@1+ (0.00390625,0) [0|250.996] "km/h" Vector__XXX

  """

/// What a vehicle decodes from one frame: `PATH VALUE`, with the validity where it is not valid.
func decode(_ frame: CANFrame, _ vehicle: VehicleDefinition) -> [String] {
  var decoder = vehicle.decoder
  var out = Array(repeating: Sample(time: .zero, value: 0, signal: SignalID(rawValue: 0)), count: 64)
  var room = out.mutableSpan
  let count = decoder.decode(frame, into: &room) { _ in }
  return out[..<count].map { sample in
    let path = vehicle.catalogue[sample.signal].path
    return sample.validity == .valid ? "\(path) \(sample.value)" : "\(path) \(sample.validity.name)"
  }
}
