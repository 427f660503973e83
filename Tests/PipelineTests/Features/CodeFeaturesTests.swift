// The list of trouble codes that a trip ends with.
import Pipeline
import Testing
import Vocabulary

@Suite struct CodeFeaturesTests {
  @Test func aCodeThatTwoUnitsTellIsOneWithWhatBothSay() {
    var codes = CodeFeatures()
    let code = TroubleCode(obd: 0x0301)
    codes.add(code, status: .pending, isNew: false)
    codes.add(code, status: .confirmed, lamps: WarningLamps(malfunction: true), isNew: true)
    #expect(codes.count == 1)
    #expect(codes[0].status == [.pending, .confirmed] && codes[0].isNew && codes[0].lamps?[.malfunction] == .on)
  }

  @Test func aClearedCodeIsNoneAndTheThirtyThirdDoesNotFit() {
    var codes = CodeFeatures()
    let cleared = codes.add(TroubleCode(obd: 0x0420), status: [], isNew: true)
    for i in 0..<32 { codes.add(TroubleCode(obd: UInt16(i)), status: .confirmed, isNew: false) }
    let late = codes.add(TroubleCode(obd: 0x0999), status: .confirmed, isNew: false)
    let known = codes.add(TroubleCode(obd: 5), status: .permanent, isNew: false)
    #expect(!cleared && !late && known)
    #expect(codes.count == CodeFeatures.capacity && codes[5].status == [.confirmed, .permanent])
  }
}
