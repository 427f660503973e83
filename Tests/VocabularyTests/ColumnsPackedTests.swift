// The coding of one column of numbers.
import Testing

@testable import Documents

@Suite struct PackedColumnTests {
  @Test(arguments: [
    ([], []), ([0, 0, 0], []), ([1, 0, 0], [2]), ([0, 5], [0, 0, 10]), ([0, 0, 0, -1, 0, 64], [0, 4, 1, 0, 0, 0x80, 1]),
    ([.min, .max], [0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 1, 0xFE, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF,
      0xFF, 0xFF, 1]),
  ] as [([Int64], [UInt8])])
  func countsZeros(numbers: [Int64], bytes: [UInt8]) throws {
    var writer = PackedColumnWriter()
    for number in numbers { writer.append(number) }
    #expect(writer.bytes == bytes)
    var reader = PackedColumnReader(bytes.indices)
    for number in numbers { #expect(try reader.next(bytes) == number) }
    #expect(reader.isOver)
    #expect(try reader.next(bytes) == 0)
  }

  @Test(arguments: [[0x80], [0], [0, 1], Array(repeating: 0xFF, count: 11)] as [[UInt8]])
  func refusesWhatIsNoNumber(bytes: [UInt8]) {
    var reader = PackedColumnReader(bytes.indices)
    #expect(throws: ColumnError.self) { try reader.next(bytes) }
  }
}
