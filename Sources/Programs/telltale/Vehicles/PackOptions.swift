// Where a command looks for adapter packs.
import Adapters
import ArgumentParser

struct PackOptions: ParsableArguments {
  @Option(
    name: .customLong("packs"),
    help: ArgumentHelp("Folder with the packs (default: the installed ones).", valueName: "folder"))
  var folder: String?

  var packs: PackFolder { folder.map(PackFolder.init(path:)) ?? .installed }

  /// Loads a pack of the folder or, where that has none of this name, one in the working folder.
  func load(_ name: String) throws -> AdapterPack {
    let packs = packs
    let isHere = !packs.names.contains(name) && PackFolder(path: ".").names.contains(name)
    return try packs.load(isHere ? "./" + name : name, file: "command line", key: "pack")
  }
}
