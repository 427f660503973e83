// zstd around the columns of a batch, within memory that is known beforehand on both sides.
import CZstd
import Documents

/// Compresses batches on the vehicle, one after the other in the same memory.
public final class TelemetryCompressor {
  /// What the compressor works in: the same for every batch, taken once. For the memory plan.
  public static let memoryBytes = ZSTD_estimateCCtxSize_usingCParams(parameters)
  /// How far back it looks for repetitions, as a power of two. More would take more memory and gain nothing: within a
  /// column, what repeats is near.
  static let windowLog: UInt32 = 14
  static let level: Int32 = 1

  private let workspace: UnsafeMutableRawBufferPointer
  private let context: OpaquePointer

  /// - Throws: `TelemetryError.compression` when there is no memory for it.
  public init() throws(TelemetryError) {
    workspace = .allocate(byteCount: TelemetryCompressor.memoryBytes, alignment: 16)
    guard let context = ZSTD_initStaticCCtx(workspace.baseAddress, workspace.count) else {
      workspace.deallocate()
      throw .compression("no room for the compressor")
    }
    self.context = context
    let parameters = TelemetryCompressor.parameters
    // All of them by hand: left to itself, zstd takes larger tables for small inputs than there is room for.
    for (parameter, value) in [
      (ZSTD_c_compressionLevel, TelemetryCompressor.level), (ZSTD_c_windowLog, Int32(parameters.windowLog)),
      (ZSTD_c_hashLog, Int32(parameters.hashLog)), (ZSTD_c_chainLog, Int32(parameters.chainLog)),
      (ZSTD_c_searchLog, Int32(parameters.searchLog)), (ZSTD_c_minMatch, Int32(parameters.minMatch)),
      (ZSTD_c_targetLength, Int32(parameters.targetLength)),
      (ZSTD_c_strategy, Int32(bitPattern: parameters.strategy.rawValue)), (ZSTD_c_checksumFlag, 1),
      (ZSTD_c_contentSizeFlag, 1),
    ] {
      let result = ZSTD_CCtx_setParameter(context, parameter, value)
      guard ZSTD_isError(result) == 0 else { throw .compression(String(cString: ZSTD_getErrorName(result))) }
    }
  }

  deinit { workspace.deallocate() }

  /// One zstd frame that tells its size and its check sum.
  public func compress(_ columns: [UInt8]) throws(TelemetryError) -> [UInt8] {
    guard columns.count <= ColumnLimit.bytes else { throw .invalid(field: "content") }
    var result = 0
    let frame = [UInt8](unsafeUninitializedCapacity: ZSTD_compressBound(columns.count)) { buffer, count in
      result = columns.withUnsafeBytes { source in
        ZSTD_compress2(context, buffer.baseAddress, buffer.count, source.baseAddress, source.count)
      }
      count = ZSTD_isError(result) == 0 ? result : 0
    }
    guard ZSTD_isError(result) == 0 else { throw .compression(String(cString: ZSTD_getErrorName(result))) }
    return frame
  }

  private static var parameters: ZSTD_compressionParameters {
    var parameters = ZSTD_getCParams(level, 0, 0)
    parameters.windowLog = windowLog
    return ZSTD_adjustCParams(parameters, 0, 0)
  }
}

/// Opens a frame that a stranger may have sent.
///
/// Taken is exactly one frame that tells its size, of at most `ColumnLimit.bytes`, without a dictionary: nothing is
/// allocated for what it only claims.
public func decompressTelemetry(_ frame: [UInt8]) throws(TelemetryError) -> [UInt8] {
  var header = ZSTD_frameHeader()
  let known = frame.withUnsafeBytes { ZSTD_getFrameHeader(&header, $0.baseAddress, $0.count) }
  guard known == 0, header.frameType == ZSTD_frame else { throw .compression("no zstd frame") }
  let unknown = UInt64.max  // ZSTD_CONTENTSIZE_UNKNOWN
  guard header.frameContentSize != unknown, header.frameContentSize <= UInt64(ColumnLimit.bytes),
    header.windowSize <= UInt64(ColumnLimit.bytes)
  else { throw .compression("a frame that tells no size up to \(ColumnLimit.bytes) bytes") }
  guard header.dictID == 0 else { throw .compression("a frame that needs a dictionary") }
  let size = frame.withUnsafeBytes { ZSTD_findFrameCompressedSize($0.baseAddress, $0.count) }
  guard size == frame.count else { throw .compression("not one whole frame") }
  var result = 0
  let columns = [UInt8](unsafeUninitializedCapacity: Int(header.frameContentSize)) { buffer, count in
    result = frame.withUnsafeBytes { ZSTD_decompress(buffer.baseAddress, buffer.count, $0.baseAddress, $0.count) }
    count = ZSTD_isError(result) == 0 ? result : 0
  }
  guard ZSTD_isError(result) == 0 else { throw .compression(String(cString: ZSTD_getErrorName(result))) }
  return columns
}
