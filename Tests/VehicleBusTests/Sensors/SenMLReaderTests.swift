// SenML in JSON: what RFC 8428 says of base fields, names, times and versions, and text that is none of it.
import Testing

@testable import VehicleBus

@Suite struct SenMLReaderTests {
  private func read(_ text: String) throws(SenMLError) -> [SenMLRecord] { try SenMLReader.read(Array(text.utf8)) }

  private func error(_ text: String) -> SenMLError? {
    do throws(SenMLError) {
      _ = try read(text)
      return nil
    } catch {
      return error
    }
  }

  // MARK: What a pack says

  @Test func oneRecordIsRead() throws {
    #expect(
      try read(#"[{"n":"urn:dev:ow:10e2073a01080063","u":"Cel","v":23.1}]"#)
        == [SenMLRecord(name: "urn:dev:ow:10e2073a01080063", unit: "Cel", value: .number(23.1), time: 0)])
  }

  @Test func baseFieldsHoldFromTheirRecordOn() throws {
    let records = try read(
      """
      [{"bn":"a/","bt":1.276020076e+09,"bu":"A","bver":10,"n":"voltage","u":"V","v":120.1},
       {"n":"current","t":-5,"v":1.2, "ut": 3},
       {"bn":"b/", "n":"x", "v":1, "bv":0.5, "bs":10, "s":2},
       {"n":"y", "v":-1e1, "bu":"W"},
       {"bn":"c"},
       {"s":1.5}]
      """)
    #expect(records.map(\.name) == ["a/voltage", "a/current", "b/x", "b/y", "c"])
    #expect(records.map(\.unit) == ["V", "A", "A", "W", "W"])
    #expect(records.map(\.value) == [.number(120.1), .number(1.2), .number(1.5), .number(-9.5), .none])
    #expect(records.map(\.sum) == [nil, nil, 12, nil, 11.5])
    #expect(records.map(\.time) == [1_276_020_076, 1_276_020_071, 1_276_020_076, 1_276_020_076, 1_276_020_076])
    #expect(records.map(\.updateTime) == [nil, 3, nil, nil, nil])
  }

  @Test func theOtherKindsOfValuesAreToldApart() throws {
    let records = try read(
      #"[{"bn":"d:","n":"label","vs":"Machine \u00e9\ud83d\ude97 \"A\""},{"n":"open","vb":false},{"n":"x","vd":"aGk"}]"#)
    #expect(records.map(\.value) == [.text, .truth(false), .text])
  }

  @Test func anEscapedNameIsTheSameName() throws {
    #expect(try read(#"[{"\u006e":"\u0061\/b","v":1}]"#).map(\.name) == ["a/b"])
  }

  @Test func unknownFieldsAreSkippedWhateverTheyHold() throws {
    let text = #" [ { "x" : [ 1 , { "y" : [ null, true , "]" ] } ] , "n":"a", "long ":{}, "é":-0.0e-1, "v" : 2 } ] "#
    #expect(try read(text).map(\.value) == [.number(2)])
  }

  @Test(arguments: [10, 26]) func knownVersionsAreRead(version: Int) throws {
    #expect(try read("[{\"bver\":\(version),\"n\":\"a\",\"v\":1}]").count == 1)
  }

  // MARK: What is refused

  @Test(arguments: [
    ("", SenMLError.Kind.notJSON, 0, "an array is expected"),
    ("{}", .notSenML, 0, "a pack is an array of records"),
    ("[]", .notSenML, 0, "a pack without a record"),
    ("[1]", .notSenML, 1, "a record is an object"),
    ("[{}", .notJSON, 3, "a comma or ] is expected"),
    (#"[{"n":"a","v":1}] x"#, .notJSON, 18, "something follows the pack"),
    (#"[{"n":"a","v":1},]"#, .notSenML, 17, "a record is an object"),
    (#"[{"n":"a","v":1,}]"#, .notJSON, 16, "a string is expected"),
    (#"[{"n":"a","v":01}]"#, .notJSON, 15, "a comma or } is expected"),
    (#"[{"n":"a","v":+1}]"#, .notSenML, 14, "the field v is a number"),
    (#"[{"n":"a","v":1.}]"#, .notJSON, 16, "a digit is expected"),
    (#"[{"n":"a","v":1e}]"#, .notJSON, 16, "a digit is expected"),
    (#"[{"n":"a","v":-}]"#, .notJSON, 15, "a digit is expected"),
    (#"[{"n":"a","v":1e999}]"#, .notJSON, 14, "a number beyond the greatest double"),
    (#"[{"n":"a","v":NaN}]"#, .notSenML, 14, "the field v is a number"),
    (#"[{"n":"a","v":"1"}]"#, .notSenML, 14, "the field v is a number"),
    (#"[{"n":1,"v":1}]"#, .notSenML, 6, "the field n is a string"),
    (#"[{"n":"a","vb":1}]"#, .notSenML, 15, "the field vb is true or false"),
    (#"[{"n":"a","vb":tru}]"#, .notJSON, 15, "true, false, null or another value is expected"),
    (#"[{"n":"a","v":1,"v":2}]"#, .notSenML, 20, "the field v a second time"),
    (#"[{"n":"a","v":1,"vb":true}]"#, .notSenML, 21, "a second value in one record"),
    (#"[{"n":"a"}]"#, .notSenML, 1, "a record without a value"),
    (#"[{"v":1}]"#, .notSenML, 1, "a record without a name"),
    (#"[{"n":"-a","v":1}]"#, .notSenML, 1, "a name with other characters than A-Z a-z 0-9 - : . / _"),
    (#"[{"n":"a b","v":1}]"#, .notSenML, 1, "a name with other characters than A-Z a-z 0-9 - : . / _"),
    (#"[{"n":"é","v":1}]"#, .notSenML, 1, "a name with other characters than A-Z a-z 0-9 - : . / _"),
    (#"[{"n":"a","v":1,"x_":2}]"#, .notUnderstood, 21, "a field that must be understood, and is not"),
    (#"[{"bver":11,"n":"a","v":1}]"#, .notUnderstood, 9, "a version of SenML that is not known; 10 and 26 are"),
    (#"[{"bver":10.5,"n":"a","v":1}]"#, .notUnderstood, 9, "a version of SenML that is not known; 10 and 26 are"),
    (#"[{"n":"\x","v":1}]"#, .notJSON, 8, "an unknown escape in a string"),
    (#"[{"n":"\u12G4","v":1}]"#, .notJSON, 11, "an escape without its four hexadecimal digits"),
    (#"[{"vs":"\ud83d","n":"a"}]"#, .notJSON, 14, "half of a character in a string"),
    (#"[{"vs":"\ude97","n":"a"}]"#, .notJSON, 14, "half of a character in a string"),
    ("[{\"n\":\"a\u{01}\",\"v\":1}]", .notJSON, 8, "a control character in a string"),
    (#"[{"n":"a"#, .notJSON, 8, "a string without its end"),
    ("\u{FEFF}[]", .notSenML, 0, "a pack is an array of records"),
  ])
  func aFaultIsNamedByKindPlaceAndReason(text: String, kind: SenMLError.Kind, offset: Int, reason: String) {
    #expect(error(text) == SenMLError(kind, at: offset, reason), "\(text)")
  }

  @Test func textThatIsNotUTF8IsRefusedWhereItIsNot() {
    #expect(throws: SenMLError(.notJSON, at: 8, "not UTF-8")) {
      _ = try SenMLReader.read(Array(#"[{"vs":""#.utf8) + [0xC3, 0x28] + Array(#"","n":"a"}]"#.utf8))
    }
  }

  @Test func limitsHold() throws {
    func pack(_ records: Int) -> String {
      "[" + (0..<records).map { "{\"n\":\"a\($0)\",\"v\":\($0)}" }.joined(separator: ",") + "]"
    }
    #expect(try read(pack(256)).count == 256)
    #expect(error(pack(257))?.kind == .tooManyRecords)
    func nested(_ depth: Int) -> String {
      "[{\"n\":\"a\",\"v\":1,\"x\":" + String(repeating: "[", count: depth) + String(repeating: "]", count: depth) + "}]"
    }
    #expect(try read(nested(8)).count == 1)
    #expect(error(nested(9))?.reason == "nested too deep")
    #expect(error(nested(30_000))?.reason == "nested too deep")
    #expect(error(String(repeating: " ", count: 65_537))?.kind == .tooLarge)
    #expect(try read(#"[{"n":"a","v":1}]"# + String(repeating: " ", count: 65_536 - 17)).count == 1)
  }

  @Test func everyErrorIsOneLine() {
    for text in ["", "[", "{", "[{\"n\":\"\n\"}]", "[{\"a_\":1}]"] {
      let line = error(text)?.description ?? ""
      #expect(line.hasPrefix("byte ") && !line.contains("\n"))
    }
  }
}

/// Numbers beside the standard library's own reading of them, and text that nobody meant.
@Suite struct HostileSenMLTests {
  private func number(_ text: String) -> Double? {
    let records = try? SenMLReader.read(Array("[{\"n\":\"a\",\"v\":\(text)}]".utf8))
    guard case .number(let value)? = records?.first?.value else { return nil }
    return value
  }

  @Test func numbersAreReadAsTheLibraryReadsThem() {
    var draws = Draws(seed: 11)
    var exact = 0
    for _ in 0..<100_000 {
      var text = Bool.random(using: &draws) ? "-" : ""
      text += String(UInt64.random(in: 0...(1 << UInt64.random(in: 1...63, using: &draws)), using: &draws))
      if Bool.random(using: &draws) {
        text += "."
        for _ in 0..<Int.random(in: 1...20, using: &draws) { text += String(Int.random(in: 0...9, using: &draws)) }
      }
      if Bool.random(using: &draws) {
        text += (Bool.random(using: &draws) ? "e" : "E") + ["", "+", "-"][Int.random(in: 0...2, using: &draws)]
        text += String(Int.random(in: 0...340, using: &draws))
      }
      let expected = Double(text).flatMap { $0.isFinite ? $0 : nil }
      let found = number(text)
      // Base value 0 and -0 give 0, which is equal.
      guard found == expected else {
        Issue.record("\(text): \(String(describing: found)), expected \(String(describing: expected))")
        return
      }
      exact += found == nil ? 0 : 1
    }
    #expect(exact > 90_000)
  }

  @Test func shortestTextsOfDoublesComeBackExactly() {
    var draws = Draws(seed: 12)
    for _ in 0..<50_000 {
      let value = Double(bitPattern: UInt64.random(in: 0...UInt64.max, using: &draws))
      guard value.isFinite else { continue }
      guard number("\(value)") == value else {
        Issue.record("\(value)")
        return
      }
    }
  }

  @Test func noTextTrapsAndEveryPrefixIsRefused() {
    var draws = Draws(seed: 13)
    let whole = Array(
      (#"[{"bn":"tpms\/","bt":1.7e9,"bu":"Pa","bver":10,"n":"fl","v":220000.5},{"n":"x\u0041","vb":true,"#
        + #""z":[{"a":null}]},{"vs":"\ud83d\ude97é","s":-1E-3,"t":-2,"ut":60}]"#).utf8)
    #expect((try? SenMLReader.read(whole))?.count == 3)
    for end in 0..<whole.count { #expect((try? SenMLReader.read(Array(whole[..<end]))) == nil) }
    let alphabet = Array(#"[]{}",:.-+eE0123456789\untrflsabvd_ "#.utf8) + [0, 10, 0x7F, 0x80, 0xC3, 0xFF]
    var read = 0
    for round in 0..<100_000 {
      var text = whole
      if round % 4 == 0 {
        text = (0..<Int.random(in: 0...60, using: &draws)).map { _ in alphabet.randomElement(using: &draws) ?? 0 }
      } else {
        for _ in 0..<Int.random(in: 1...4, using: &draws) {
          let place = Int.random(in: 0..<text.count, using: &draws)
          switch Int.random(in: 0...3, using: &draws) {
          case 0: text[place] = alphabet.randomElement(using: &draws) ?? 0
          case 1: text.remove(at: place)
          case 2: text.insert(alphabet.randomElement(using: &draws) ?? 0, at: place)
          default: text[place] ^= 1 << UInt8.random(in: 0...7, using: &draws)
          }
        }
      }
      do throws(SenMLError) {
        let records = try SenMLReader.read(text)
        read += 1
        #expect(records.allSatisfy { SenMLRecord.isName($0.name.utf8) && !$0.time.isNaN })
      } catch {
        #expect(0...text.count ~= error.offset)
      }
    }
    #expect(read > 500, "mutations that leave it whole")
  }
}
