// swift-tools-version: 6.2
// The store's benchmark: the tree's own rooms, by links, and a program that counts what they write.
import PackageDescription

let strict: [SwiftSetting] = [
  .swiftLanguageMode(.v6),
  .enableUpcomingFeature("ExistentialAny"),  // SE-0335
  .enableUpcomingFeature("InternalImportsByDefault"),  // SE-0409
  .treatAllWarnings(as: .error),  // SE-0443
]

let package = Package(
  name: "storage-benchmark",
  targets: [
    .systemLibrary(name: "CSQLite", pkgConfig: "sqlite3"),
    .target(name: "Vocabulary", swiftSettings: strict),
    .target(name: "Documents", dependencies: ["Vocabulary"], swiftSettings: strict),
    .target(name: "SQLite", dependencies: ["CSQLite"], swiftSettings: strict),
    .target(name: "Store", dependencies: ["Vocabulary", "Documents", "SQLite"], swiftSettings: strict),
    .executableTarget(
      name: "storage-benchmark", dependencies: ["Vocabulary", "SQLite", "Store"], path: "Sources/StorageBenchmark",
      swiftSettings: strict),
  ]
)
