// Where adapter packs are on this machine.
public import ConfigurationFile
import Glibc

/// A folder with one folder for each pack.
public struct PackFolder: Sendable {
  public var path: String

  public init(path: String) { self.path = path }

  /// The installed packs, else those installed beside this program, else those of the source tree that it was built in.
  public static var installed: PackFolder {
    let usual = ["/usr/share/telltale/adapters", "/usr/local/share/telltale/adapters"]
    for folder in usual where isPack(folder + "/obd2") { return PackFolder(path: folder) }
    var buffer = [CChar](repeating: 0, count: 4096)
    let length = readlink("/proc/self/exe", &buffer, buffer.count)
    var path = String(decoding: buffer.prefix(max(0, length)).map { UInt8(bitPattern: $0) }, as: UTF8.self)
    while let slash = path.lastIndex(of: "/") {
      path = String(path[..<slash])
      for folder in [path + "/share/telltale/adapters", path + "/adapters"] where isPack(folder + "/obd2") {
        return PackFolder(path: folder)
      }
    }
    return PackFolder(path: usual[0])
  }

  /// Names of the packs in it, sorted.
  public var names: [String] {
    guard let directory = opendir(path) else { return [] }
    defer { closedir(directory) }
    var names: [String] = []
    while let entry = readdir(directory) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) {
        $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      if PackFolder.isPack(path + "/" + name) { names.append(name) }
    }
    return names.sorted()
  }

  /// Loads a pack by its name in this folder, or by a path with a slash in it.
  /// - Parameters:
  ///   - file: what an error calls the place where the name stands.
  ///   - key: the key there.
  /// - Throws: `ConfigurationError` when there is no such pack, with the names of those that there are, or when it is
  ///   wrong.
  public func load(_ name: String, file: String, key: String) throws(ConfigurationError) -> AdapterPack {
    let directory = name.contains("/") ? name : path + "/" + name
    guard PackFolder.isPack(directory) else {
      let known = names
      throw ConfigurationError(
        file: file, key: key, reason: "no pack \"\(name)\" below \(path)",
        mend: "packs there: \(known.isEmpty ? "none" : known.joined(separator: ", ")); or set adapters_path, or give the pack's folder with a slash in it")
    }
    return try AdapterPack.load(directory: directory)
  }

  static func isPack(_ directory: String) -> Bool { access(directory + "/pack.yaml", R_OK) == 0 }
}
