// Certificates for tests, made by the openssl command in a folder of the test's own.
import Glibc
import TestSupport
import Testing

struct Certificates {
  static let executable = "/usr/bin/openssl"
  static let isInstalled = access(executable, X_OK) == 0

  let folder: Folder

  init(in folder: Folder) throws {
    self.folder = folder
    try folder.write(
      """
      [ca]
      default_ca = authority
      [authority]
      new_certs_dir = \(folder.path)
      database = \(folder.path)/index
      rand_serial = yes
      default_md = sha256
      policy = anything
      copy_extensions = copy
      unique_subject = no
      [anything]
      commonName = supplied
      [req]
      distinguished_name = name
      [name]
      """, to: "openssl.cnf")
    try folder.write("", to: "index")
  }

  /// Makes `name.pem` and `name.key` that sign themselves.
  func makeAuthority(_ name: String) throws {
    try run(
      "req", "-x509", "-config", path("openssl.cnf"), "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1",
      "-nodes", "-subj", "/CN=\(name)", "-addext", "basicConstraints=critical,CA:TRUE", "-days", "3650", "-keyout",
      path(name + ".key"), "-out", path(name + ".pem"))
  }

  /// Makes `name.pem`, signed by an authority, and `name.key`.
  /// - Parameters:
  ///   - names: for example `DNS:localhost,IP:127.0.0.1`.
  ///   - years: the first and the last that it is valid in.
  func make(
    _ name: String, by authority: String, names: String = "DNS:localhost,IP:127.0.0.1",
    years: ClosedRange<Int> = 2020...2049
  ) throws {
    try run(
      "req", "-new", "-config", path("openssl.cnf"), "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1",
      "-nodes", "-subj", "/CN=\(name)", "-addext", "subjectAltName=\(names)", "-keyout", path(name + ".key"), "-out",
      path(name + ".csr"))
    try run(
      "ca", "-batch", "-notext", "-config", path("openssl.cnf"), "-cert", path(authority + ".pem"), "-keyfile",
      path(authority + ".key"), "-in", path(name + ".csr"), "-out", path(name + ".pem"), "-startdate",
      "\(years.lowerBound)0101000000Z", "-enddate", "\(years.upperBound)1231000000Z")
  }

  func path(_ name: String) -> String { folder.path + "/" + name }

  private func run(_ arguments: String...) throws {
    let command = try ChildProcess(Certificates.executable, arguments, output: path("openssl.log"))
    try #require(try command.wait(seconds: 60) == 0, "openssl \(arguments[0]) failed")
  }
}
