// A kind of part as a file: what was written is read back to the last bit, and a file that is none says what it lacks.
import Evaluation
import Glibc
import Prognostics
import Testing

@testable import telltale

@Suite struct FadeCurveFileTests {
  private func withFile<Result>(_ bytes: [UInt8], _ body: (String) throws -> Result) throws -> Result {
    var name = Array("/tmp/telltale-curve-XXXXXX".utf8CString)
    let descriptor = mkstemp(&name)
    try #require(descriptor >= 0)
    close(descriptor)
    let path = String(decoding: name.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    defer { unlink(path) }
    try write(bytes, to: path)
    return try body(path)
  }

  @Test func whatWasWrittenIsReadBack() throws {
    let curve = try FadeCurve(values: (0...80).map { Double($0 * $0) / 1_024 })
    var prior = SeriesPrior.guess(life: 731.25)
    prior.units = 7
    prior.lifeScatter = 0.21
    prior.failureLevel = 0.3
    prior.failureLevelScatter = 0.011
    prior.curveNoise = 0.013
    prior.noise = 0.0041
    prior.tick = 2.5
    prior.curve = curve
    let settings = SeriesSettings(usesCurve: true, forgetting: 0.997, learning: 0.4, noiseFactor: 1.7)
    let text = FadeCurveFile.text(of: SeriesModel(prior: prior, settings: settings), curve)
    let (read, again) = try withFile(text) { path in
      let file = try FadeCurveFile(path: path)
      return (file, FadeCurveFile.text(of: try #require(file.model), file.curve))
    }
    #expect(again == text && read.curve.values == curve.values)
    #expect(read.model?.prior.units == 7 && read.model?.prior.life == 731.25 && read.model?.settings.learning == 0.4)
  }

  @Test(arguments: [
    ("", "byte 1"), ("{}", "no \"curve\""), ("[0, 1]", "81 values"), ("{\"curve\": [0, 1], \"life\": 3}", "81 values"),
  ])
  func aFileThatIsNoneSaysWhatItLacks(_ text: String, _ expected: String) throws {
    try withFile(Array(text.utf8)) { path in
      let error = #expect(throws: SeriesError.self) { try FadeCurveFile(path: path) }
      let said = error?.description ?? "nothing"
      #expect(said.contains(expected) && said.contains(path), "\(said)")
    }
  }
}
