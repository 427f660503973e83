// Where a command looks for adapter packs.
import Adapters
import ArgumentParser

struct PackOptions: ParsableArguments {
  @Option(
    name: .customLong("packs"),
    help: ArgumentHelp("Folder with the packs (default: the installed ones).", valueName: "folder"))
  var folder: String?

  var packs: PackFolder { folder.map(PackFolder.init(path:)) ?? .installed }

  func load(_ name: String) throws -> AdapterPack { try packs.load(name, file: "command line", key: "pack") }
}
