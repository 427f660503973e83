// `/v1/memory`: the memory plan beside what the process really uses.
import Glibc

/// Planned and used memory. All sizes in bytes.
public struct MemoryDocument: Codable, Hashable, Sendable {
  /// One line per buffer, sized before the first frame.
  public var planned: [Buffer]
  public var plannedTotal: Int
  /// `limits.memory` of the configuration.
  public var limit: Int
  /// What the kernel holds for the process now, its peak, and the part shared with nobody.
  public var resident: Int
  public var peak: Int
  public var privateBytes: Int

  public struct Buffer: Codable, Hashable, Sendable {
    public var buffer: String
    public var bytes: Int

    public init(buffer: String, bytes: Int) {
      self.buffer = buffer
      self.bytes = bytes
    }
  }

  public init(planned: [Buffer], limit: Int, used: ProcessMemory) {
    self.planned = planned
    plannedTotal = planned.reduce(0) { $0 + $1.bytes }
    self.limit = limit
    resident = used.resident
    peak = used.peak
    privateBytes = used.privateBytes
  }

  enum CodingKeys: String, CodingKey {
    case planned, plannedTotal, limit, resident, peak
    case privateBytes = "private"
  }
}

/// Memory of this process as proc(5) has it. All sizes in bytes.
public struct ProcessMemory: Hashable, Sendable {
  /// `VmRSS`.
  public var resident: Int
  /// `VmHWM`.
  public var peak: Int
  /// `RssAnon`.
  public var privateBytes: Int

  public init(resident: Int, peak: Int, privateBytes: Int) {
    self.resident = resident
    self.peak = peak
    self.privateBytes = privateBytes
  }

  /// Reads the lines of `/proc/PID/status`. Nil when one of the three is not there.
  init?(procStatus text: String) {
    func bytes(_ key: String) -> Int? {
      guard let line = text.split(separator: "\n").first(where: { $0.hasPrefix(key + ":") }) else { return nil }
      let words = line.split(whereSeparator: { $0 == " " || $0 == "\t" })
      guard words.count == 3, words[2] == "kB" else { return nil }
      return Int(words[1]).map { $0 * 1024 }
    }
    guard let resident = bytes("VmRSS"), let peak = bytes("VmHWM"), let anonymous = bytes("RssAnon") else { return nil }
    self.init(resident: resident, peak: peak, privateBytes: anonymous)
  }

  /// This process now; nil where `/proc` is not mounted.
  public static func current() -> ProcessMemory? {
    let descriptor = open("/proc/self/status", O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    // The file is about 1.5 kB and proc(5) gives it in one read.
    let text = String(unsafeUninitializedCapacity: 8192) { max(0, read(descriptor, $0.baseAddress, 8192)) }
    return ProcessMemory(procStatus: text)
  }
}
