// Why TLS with a broker failed, from what libmosquitto logs and OpenSSL knows, in words that say what to mend.
import Glibc

/// A failure to agree on TLS.
public enum TLSFault: Equatable, Sendable {
  /// The broker's certificate is past its time by this machine's clock.
  case expired
  /// The broker's certificate begins later than this machine's clock shows.
  case notYetValid
  /// The broker's certificate is for other names.
  case wrongName
  /// No certificate of the CA file has signed the broker's. With OpenSSL's words.
  case unknownAuthority(String)
  /// The key is not that of the client certificate.
  case keyMismatch
  /// A file for TLS does not hold what it should; libmosquitto's words name it.
  case unusableFile(String)
  /// The broker asks for a client certificate, and there was none.
  case certificateWanted
  /// The broker does not take this client's certificate; its alert.
  case certificateRefused(String)
  /// What listens there does not speak TLS.
  case noTLS
  /// What listens there hung up before TLS stood. Now and then a broker's alert gets lost so.
  case hungUp
  case other(String)

  /// Whether another time on this machine's clock may mend it.
  var isOfDates: Bool { self == .expired || self == .notYetValid }

  var reason: String {
    switch self {
    case .expired:
      "the broker's certificate has expired by this machine's clock; renew it, or set the clock"
    case .notYetValid:
      "the broker's certificate is not valid yet by this machine's clock; set the clock"
    case .wrongName:
      "the broker's certificate is for another name; connect by a name that it holds, or have one made with this name"
    case .unknownAuthority(let words):
      "no known authority has signed the broker's certificate (\(words)); check the CA file"
    case .keyMismatch: "the key does not belong to the client certificate; check the certificate and key files"
    case .unusableFile(let words): words + "; check that the file is whole and in PEM form"
    case .certificateWanted:
      "the broker asks for a client certificate; configure a certificate and its key that the broker's CA has signed"
    case .certificateRefused(let words):
      "the broker does not take this client's certificate (\(words)); have one made that its CA has signed and whose"
        + " dates are right"
    case .noTLS: "what listens there does not speak TLS; check the port (brokers offer TLS on 8883 mostly)"
    case .hungUp:
      "the broker hung up before it answered; check the port (8883 mostly), and in the broker's log whether it wants a"
        + " client certificate or does not take this client's"
    case .other(let words): words + "; check the CA file, the certificate's names and this machine's clock"
    }
  }

  /// - Parameters:
  ///   - lines: what libmosquitto has logged of errors, in order.
  ///   - verdict: OpenSSL's result of the verification (`X509_V_ERR_…`); 0: no objection, or none known.
  ///   - hasCertificate: whether this client has one to show.
  init?(lines: [String], verdict: Int, hasCertificate: Bool) {
    func says(_ words: String) -> Bool { lines.contains { $0.contains(words) } }
    if says("host name verification failed") {
      self = .wrongName
      return
    }
    switch verdict {
    case 9: self = .notYetValid
    case 10: self = .expired
    case 2, 7, 18, 19, 20, 21: self = .unknownAuthority(OpenSSL.text(ofVerdict: verdict))
    case 1...: self = .other(OpenSSL.text(ofVerdict: verdict))
    default:
      guard let first = lines.first else { return nil }
      let alert = lines.first { $0.contains(" alert ") }.map(TLSFault.words)
      if says("key values mismatch") || says("are inconsistent") {
        self = .keyMismatch
      } else if let line = lines.first(where: { $0.contains("Unable to load") }) {
        self = .unusableFile(TLSFault.words(line))
      } else if says("wrong version number") || says("packet length too long") {
        self = .noTLS
      } else if says("unexpected eof") {
        self = .hungUp
      } else if !hasCertificate && (says("certificate required") || says("alert handshake failure")) {
        self = .certificateWanted
      } else if hasCertificate, let alert, alert.contains("certificate") || alert.contains("unknown ca") {
        self = .certificateRefused(alert)
      } else {
        self = .other(alert ?? TLSFault.words(lines.first { $0.contains("OpenSSL Error") } ?? first))
      }
    }
  }

  /// The part of "OpenSSL Error[0]: error:0A000418:SSL routines::tlsv1 alert unknown ca" that says something, and the
  /// whole of what is of another form.
  private static func words(_ line: String) -> String {
    if line.contains("OpenSSL Error"), let colon = line.lastIndex(of: ":") {
      return String(line[line.index(after: colon)...])
    }
    let text = line.hasPrefix("Error: ") ? line.dropFirst(7) : line[...]
    return String(text.last == "." ? text.dropLast() : text)
  }
}

/// Functions of the OpenSSL that libmosquitto brings along, looked up by name: the build needs nothing of OpenSSL, and
/// where they are missing an error only says less.
enum OpenSSL {
  private static let verifyResult = symbol(
    "SSL_get_verify_result", as: (@Sendable @convention(c) (UnsafeMutableRawPointer) -> Int).self)
  private static let pending = symbol(
    "SSL_pending", as: (@Sendable @convention(c) (UnsafeMutableRawPointer) -> Int32).self)
  private static let errorString = symbol(
    "X509_verify_cert_error_string", as: (@Sendable @convention(c) (Int) -> UnsafePointer<CChar>?).self)

  /// What the verification of the peer's certificate came to; 0: no objection, or not known.
  static func verdict(_ ssl: UnsafeMutableRawPointer?) -> Int { ssl.flatMap { verifyResult?($0) } ?? 0 }

  /// Whether decrypted bytes wait that poll(2) on the socket does not show.
  static func hasPending(_ ssl: UnsafeMutableRawPointer?) -> Bool { ssl.flatMap { pending?($0) } ?? 0 > 0 }

  static func text(ofVerdict verdict: Int) -> String {
    errorString?(verdict).map { String(cString: $0) } ?? "verification result \(verdict)"
  }

  private static func symbol<Function>(_ name: String, as _: Function.Type) -> Function? {
    dlsym(nil, name).map { unsafeBitCast($0, to: Function.self) }
  }
}
