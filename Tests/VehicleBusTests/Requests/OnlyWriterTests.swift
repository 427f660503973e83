// Reads the source tree: who can put a frame on a bus at all.
import Glibc
import Testing

/// Everything that transmits goes through the ports, and these take a permit. A new way to a bus fails here.
@Suite struct OnlyWriterTests {
  private struct File {
    var path: String
    var text: String
  }

  private static let sending = [
    "send", "sendto", "sendmsg", "sendmmsg", "write", "writev", "pwrite", "pwritev", "splice",
  ]

  private func sources(_ ending: String) throws -> [File] {
    let here = #filePath
    let root = try #require(here.ranges(of: "/Tests/").last.map { String(here[..<$0.lowerBound]) }) + "/Sources"
    var files: [File] = []
    var folders = [root]
    while let folder = folders.popLast() {
      let directory = try #require(opendir(folder), "\(folder) cannot be read")
      defer { closedir(directory) }
      while let entry = readdir(directory) {
        let name = withUnsafeBytes(of: entry.pointee.d_name) { bytes in
          String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
        }
        guard !name.hasPrefix(".") else { continue }
        let path = folder + "/" + name
        var status = stat()
        guard stat(path, &status) == 0 else { continue }
        if status.st_mode & S_IFMT == S_IFDIR {
          folders.append(path)
        } else if name.hasSuffix(ending) {
          files.append(File(path: String(path.dropFirst(root.count + 1)), text: try read(path)))
        }
      }
    }
    try #require(!files.isEmpty)
    return files.sorted { $0.path < $1.path }
  }

  private func read(_ path: String) throws -> String {
    let file = try #require(fopen(path, "r"))
    defer { fclose(file) }
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 65_536)
    while case let count = fread(&chunk, 1, chunk.count, file), count > 0 { bytes += chunk.prefix(count) }
    return String(decoding: bytes, as: UTF8.self)
  }

  /// Calls of plain functions, not of methods, without what line comments say.
  private func calls(_ names: [String], in text: String) -> [String] {
    text.split(separator: "\n").map { $0.prefix(upTo: $0.firstRange(of: "//")?.lowerBound ?? $0.endIndex) }
      .filter { line in
        names.contains { name in
          line.ranges(of: name).contains { range in
            let before = line[..<range.lowerBound]
            let isCall = line[range.upperBound...].drop { $0 == " " }.hasPrefix("(")
            let isInName = before.last.map { $0.isLetter || "._0123456789".contains($0) } ?? false
            let isPlain = before.hasSuffix("Glibc.") || !isInName
            return isCall && isPlain && !before.hasSuffix("func ") && !before.hasSuffix("case ")
          }
        }
      }
      .map(String.init)
  }

  @Test func cFilesThatOpenCANSocketsDoNotSendButOne() throws {
    let files = try sources(".c").filter { $0.text.contains("PF_CAN") || $0.text.contains("AF_CAN") }
    let senders = files.filter { !calls(Self.sending, in: $0.text).isEmpty }
    #expect(senders.map(\.path) == ["System/CLinux/can_request.c"])
  }

  /// Protocols of which the kernel itself sends: flow control, sessions, cyclic messages.
  @Test func noOtherFileKnowsTheKernelsTransports() throws {
    for file in try sources(".c") + sources(".swift") where file.path != "System/CLinux/can_request.c" {
      for name in ["CAN_ISOTP", "CAN_J1939", "CAN_BCM", "CAN_GW"] {
        #expect(!file.text.contains(name), "\(file.path) knows \(name)")
      }
    }
  }

  @Test func onlyThePortsCallWhatSends() throws {
    let ports = ["ISOTPPort", "J1939Port", "RequestSockets"].map { "Vehicle/VehicleBus/Requests/\($0).swift" }
    let users = try sources(".swift").filter { file in
      ["telltale_isotp_", "telltale_j1939_", "telltale_answer_"].contains { file.text.contains($0) }
    }
    #expect(users.map(\.path) == ports)
    for port in users where port.path != ports[2] {
      #expect(port.text.contains("func send(_ permit: consuming TransmitPermit)"))
      // One place sends, and what it sends comes from the permit.
      #expect(port.text.contains("let transmission = permit.transmission"))
    }
  }

  /// An adapter gets bytes through one file, and requests only out of a permit.
  @Test func onlyTheSerialLineWritesToAdapters() throws {
    let users = try sources(".swift").filter { $0.text.contains("telltale_port_write") }
    #expect(users.map(\.path) == ["Vehicle/VehicleBus/ELM327/Transport/SerialLine.swift"])
    let session = try sources(".swift").filter { $0.path.hasPrefix("Vehicle/VehicleBus/ELM327/") }
    let beginners = session.filter { $0.text.contains("permit: consuming TransmitPermit") }.map(\.path)
    #expect(beginners.allSatisfy { $0.contains("/Session/") || $0.hasSuffix("/ELMPort.swift") } && beginners.count == 2)
  }

  @Test func nothingElseOfTheRoomWritesToADescriptor() throws {
    let session = "Vehicle/VehicleBus/ELM327/Session/"
    for file in try sources(".swift") where file.path.hasPrefix("Vehicle/VehicleBus/") {
      // A value that gives out what it wants written: it knows of no descriptor.
      if file.path.hasPrefix(session) {
        #expect(!file.text.contains("import CLinux") && !file.text.contains("escriptor"), "\(file.path)")
        continue
      }
      // RequestSockets takes what the C functions opened, and opens nothing itself.
      let found = calls(Self.sending + ["socket"], in: file.text)
      #expect(found.isEmpty, "\(file.path): \(found)")
    }
  }
}
