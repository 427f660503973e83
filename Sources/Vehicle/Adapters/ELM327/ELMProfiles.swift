// Where the knowledge of ELM327 adapters is read from.
public import ConfigurationFile
public import VehicleBus

/// The file `elm327/adapters.yaml` in the folder of the packs.
public enum ELMProfiles {
  /// Its name in the folder of a pack.
  static let fileName = "adapters.yaml"

  /// The profiles in the order of the file; none where the folder has no such file: then every adapter is used at the
  /// lowest common level.
  ///
  /// - Throws: `ConfigurationError` for the first thing that is wrong with the file.
  public static func read(folder: PackFolder) throws(ConfigurationError) -> [ELMProfile] {
    guard let reader = ELMProfileReader(directory: folder.path + "/elm327") else { return [] }
    if let error = reader.errors.first { throw error }
    return reader.profiles
  }
}
