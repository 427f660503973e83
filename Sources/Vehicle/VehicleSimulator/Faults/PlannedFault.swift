// A fault that is switched on for a part of a vehicle's life.
public import Vocabulary

/// A trouble code, where its fault begins and ends, and which control unit finds it.
///
/// Written `P0128`, `P0301@200`, `U0100-87@50..400`, `SPN110-FMI0@500:engine`. The control unit tells the fault; what
/// the sensors show stays as it is.
public struct PlannedFault: Equatable, Sendable {
  public var code: TroubleCode
  /// Since the begin of the recording, km.
  public var beginKm = 0.0
  /// Nil: it stays.
  public var endKm: Double?
  /// Name or address of a control unit; nil for the one that the code is most likely to come from.
  public var unit: String?

  public init(code: TroubleCode) { self.code = code }

  /// - Throws: what of `text` cannot be read.
  public init(_ text: String) throws(PlannedFaultError) {
    let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
    let places = parts[0].split(separator: "@", maxSplits: 1, omittingEmptySubsequences: false)
    guard let code = TroubleCode(written: String(places[0])) else {
      throw PlannedFaultError(fault: text, reason: "wanted a code such as P0128, U0100-87 or SPN110-FMI0")
    }
    self.code = code
    if parts.count == 2 {
      guard !parts[1].isEmpty else {
        throw PlannedFaultError(fault: text, reason: "a control unit belongs after the colon")
      }
      unit = String(parts[1])
    }
    guard places.count == 2 else { return }
    let (begin, end) = PlannedFault.range(places[1])
    guard let begin = PlannedFault.distance(begin) else {
      throw PlannedFaultError(fault: text, reason: "wanted a distance in km after @, such as @200 or @200..900")
    }
    beginKm = begin
    guard let end else { return }
    guard let endKm = PlannedFault.distance(end), endKm > begin else {
      throw PlannedFaultError(fault: text, reason: "a fault must end after it began")
    }
    self.endKm = endKm
  }

  func isPresent(km: Double) -> Bool { km >= beginKm && endKm.map { km < $0 } ?? true }

  /// `200..900` in its two parts.
  private static func range(_ text: Substring) -> (begin: Substring, end: Substring?) {
    var i = text.startIndex
    while i < text.endIndex {
      if text[i...].hasPrefix("..") { return (text[..<i], text[text.index(i, offsetBy: 2)...]) }
      i = text.index(after: i)
    }
    return (text, nil)
  }

  private static func distance(_ text: Substring) -> Double? {
    Double(text).flatMap { $0.isFinite && (0...10_000_000).contains($0) ? $0 : nil }
  }
}

/// Why a fault cannot be planned.
public struct PlannedFaultError: Error, Equatable, CustomStringConvertible {
  public let fault: String
  public let reason: String
  public var description: String { "fault \(fault): \(reason)" }
}

extension TroubleCode {
  /// `P0128`, `P0301-1C` or `SPN110-FMI0`, as people write them on a command line.
  fileprivate init?(written text: String) {
    let parts = text.uppercased().split(separator: "-", maxSplits: 1, omittingEmptySubsequences: false)
    if let spn = TroubleCode.number(parts[0], after: "SPN", below: 0x7FFFF) {
      guard spn > 0, parts.count == 2, let fmi = TroubleCode.number(parts[1], after: "FMI", below: 32) else {
        return nil
      }
      self.init(spn: spn, fmi: UInt8(fmi))
      return
    }
    guard parts[0].utf8.count == 5, let letter = parts[0].first, let system = Array("PCBU").firstIndex(of: letter),
      parts[0].dropFirst().allSatisfy(\.isHexDigit), let digits = UInt16(parts[0].dropFirst(), radix: 16),
      digits > 0, digits < 0x4000
    else { return nil }
    let base = UInt16(system) << 14 | digits
    if parts.count == 1 {
      self.init(obd: base)
    } else {
      guard parts[1].utf8.count == 2, parts[1].allSatisfy(\.isHexDigit), let failure = UInt8(parts[1], radix: 16) else {
        return nil
      }
      self.init(uds: UInt32(base) << 8 | UInt32(failure))
    }
  }

  private static func number(_ text: Substring, after word: String, below limit: UInt32) -> UInt32? {
    guard text.hasPrefix(word), text.dropFirst(word.count).allSatisfy(\.isNumber),
      let number = UInt32(text.dropFirst(word.count)), number < limit
    else { return nil }
    return number
  }
}
