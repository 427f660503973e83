// The last word of every signal: its value, its age, and whether it is a value at all.
public import Vocabulary

/// What the table holds of one signal.
public struct SignalReading: BitwiseCopyable, Sendable {
  /// The last valid value; meaningless while `updates` is 0.
  public var value: Double
  /// When the last sample of any validity came.
  public var time: Instant
  /// When the last valid sample came.
  public var validTime: Instant
  /// Validity of the last sample, not yet judged by age.
  public var validity: Validity
  /// Samples seen, valid or not.
  public var updates: UInt64

  public static let never = SignalReading(
    value: 0, time: .zero, validTime: .zero, validity: .notAvailable, updates: 0)

  /// Validity now: a valid sample goes stale after `seconds`.
  @inlinable public func validity(at now: Instant, staleAfterNanoseconds: Int64) -> Validity {
    guard validity == .valid else { return validity }
    return now.nanoseconds &- validTime.nanoseconds > staleAfterNanoseconds ? .stale : .valid
  }
}

/// One reading for each signal of the catalogue. Owned by the capture thread; others get copies.
public struct SignalTable: ~Copyable {
  private var readings: [SignalReading]
  private let staleAfter: [Int64]

  public init(_ catalogue: SignalCatalogue) {
    readings = Array(repeating: .never, count: catalogue.count)
    // At most 285 years, which is for ever and still fits into nanoseconds.
    staleAfter = catalogue.descriptions.map { Int64(max(0, min(9e9, $0.staleAfter)) * 1e9) }
  }

  public var count: Int { readings.count }
  public var memoryBytes: Int {
    readings.count * (MemoryLayout<SignalReading>.stride + MemoryLayout<Int64>.stride)
  }

  @inline(__always)
  public mutating func update(_ sample: Sample) {
    let i = sample.signal.index
    guard i < readings.count else { return }
    readings[i].time = sample.time
    // An IEEE signal can be NaN or infinite: its sender is broken, whatever the range says.
    readings[i].validity = sample.validity == .valid && !sample.value.isFinite ? .error : sample.validity
    readings[i].updates &+= 1
    if readings[i].validity == .valid {
      readings[i].value = sample.value
      readings[i].validTime = sample.time
    }
  }

  /// The signal's value if it is valid and fresh; nil for a signal that is not bound, and for everything that is no value.
  @inline(__always)
  public func value(_ signal: SignalID?, at now: Instant) -> Double? {
    guard let signal, signal.index < readings.count else { return nil }
    let reading = readings[signal.index]
    guard reading.validity(at: now, staleAfterNanoseconds: staleAfter[signal.index]) == .valid else { return nil }
    return reading.value
  }

  /// What the table holds of a signal, however old; nil for one that is not bound.
  public func reading(_ signal: SignalID?) -> SignalReading? {
    guard let signal, signal.index < readings.count else { return nil }
    return readings[signal.index]
  }

  /// Copies all readings into `buffer`, which holds at least `count`.
  public func copy(into buffer: UnsafeMutableBufferPointer<SignalReading>) {
    for i in 0..<min(readings.count, buffer.count) { buffer[i] = readings[i] }
  }
}
