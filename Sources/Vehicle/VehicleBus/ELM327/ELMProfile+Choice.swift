// Which of the known adapters is the one that just introduced itself.

extension ELMProfile {
  /// The profile whose texts all stand in what the adapter said; `unknown` when there is none.
  ///
  /// Texts are looked for without regard to case and to blanks, which copies set as they like (`ELM327 v1.5`,
  /// `ELM 327 V1.5`). ST commands tell the chip itself, `AT@1` a maker's text, and the banner is what everybody copies
  /// (an STN1110 says `ELM327 v1.4b`, too): the profile with the longest ST text wins, among equals the one with the
  /// longest description, then the longest banner, then the first.
  /// - Parameters:
  ///   - banner: the answer to `ATZ` or `ATI`.
  ///   - description: the answer to `AT@1`; nil where there was none.
  ///   - stIdentity: the answers to `STI` and `STDI`, put together; nil where there was none.
  public static func best(
    for banner: String, description: String?, stIdentity: String?, among profiles: [ELMProfile]
  ) -> ELMProfile {
    let said = [letters(stIdentity), letters(description), letters(banner)]
    var best: (profile: ELMProfile, lengths: [Int])?
    for profile in profiles {
      let texts = [letters(profile.stIdentity), letters(profile.description), letters(profile.banner)]
      let lengths = texts.map(\.count)
      guard lengths.contains(where: { $0 > 0 }), zip(texts, said).allSatisfy(isFound) else { continue }
      if best.map({ $0.lengths.lexicographicallyPrecedes(lengths) }) ?? true { best = (profile, lengths) }
    }
    return best?.profile ?? .unknown
  }

  /// Printable bytes without blanks, in lower case.
  private static func letters(_ text: String?) -> [UInt8] {
    (text ?? "").utf8.compactMap { byte in
      switch byte {
      case 0x41...0x5A: byte | 0x20
      case 0x21...0x7E: byte
      default: nil
      }
    }
  }

  private static func isFound(_ text: [UInt8], in whole: [UInt8]) -> Bool {
    guard !text.isEmpty else { return true }
    guard whole.count >= text.count else { return false }
    return (0...whole.count - text.count).contains { whole[$0...].starts(with: text) }
  }
}
