// swift-tools-version: 6.2
// One package, one target per room of the house. A wing is a folder below Sources/, and imports go down only:
// what a room may know stands in its `dependencies` and nowhere else.
import PackageDescription

let strict: [SwiftSetting] = [
  .swiftLanguageMode(.v6),
  .enableUpcomingFeature("ExistentialAny"),  // SE-0335
  .enableUpcomingFeature("InternalImportsByDefault"),  // SE-0409
  .treatAllWarnings(as: .error),  // SE-0443
]

/// A room: a library target at `Sources/<wing>/<name>`.
/// - Parameter isHot: frames and samples go through it. The others are built for size: they run at the start, once a
///   second or when somebody asks.
func room(
  _ name: String, in wing: String, knows dependencies: [Target.Dependency] = [], isHot: Bool = false,
  resources: [Resource]? = nil, flags: [String] = []
) -> Target {
  let flags = (isHot ? [] : ["-Osize"]) + flags
  return .target(
    name: name, dependencies: dependencies, path: "Sources/\(wing)/\(name)", resources: resources,
    swiftSettings: flags.isEmpty ? strict : strict + [.unsafeFlags(flags, .when(configuration: .release))])
}

func tests(of name: String, knows dependencies: [Target.Dependency] = []) -> Target {
  .testTarget(
    name: "\(name)Tests", dependencies: [.target(name: name)] + dependencies, path: "Tests/\(name)Tests",
    exclude: name == "Prognostics" ? ["Reference"] : [],
    resources: name == "Prognostics" ? [.copy("Golden")] : nil,
    swiftSettings: strict)
}

let argumentParser = Target.Dependency.product(name: "ArgumentParser", package: "swift-argument-parser")
let logging = Target.Dependency.product(name: "Logging", package: "swift-log")

let package = Package(
  name: "telltale",
  products: [
    .executable(name: "telltaled", targets: ["telltaled"]),
    .executable(name: "telltale", targets: ["telltale"]),
    .executable(name: "telltale-receiver", targets: ["telltale-receiver"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
    .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
    .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1", traits: []),
  ],
  targets: [
    // System: C libraries and thin shims for what Swift cannot import.
    .target(name: "CLinux", path: "Sources/System/CLinux", linkerSettings: [.linkedLibrary("socketcan")]),
    .target(name: "CMath", path: "Sources/System/CMath"),
    .systemLibrary(
      name: "CMosquitto", path: "Sources/System/CMosquitto", pkgConfig: "libmosquitto",
      providers: [.apt(["libmosquitto-dev"])]),
    .systemLibrary(
      name: "CSQLite", path: "Sources/System/CSQLite", pkgConfig: "sqlite3", providers: [.apt(["libsqlite3-dev"])]),
    .systemLibrary(
      name: "CYaml", path: "Sources/System/CYaml", pkgConfig: "yaml-0.1", providers: [.apt(["libyaml-dev"])]),
    .systemLibrary(
      name: "CZstd", path: "Sources/System/CZstd", pkgConfig: "libzstd", providers: [.apt(["libzstd-dev"])]),

    // Vocabulary: plain values and time.
    room("Vocabulary", in: "Vocabulary", isHot: true),
    room("Clock", in: "Vocabulary", knows: ["Vocabulary", "CLinux"], isHot: true),
    room("Documents", in: "Vocabulary", knows: ["Vocabulary"]),

    // Vehicle: from the wire to signals.
    room("Recordings", in: "Vehicle", knows: ["Vocabulary"]),
    room("VehicleBus", in: "Vehicle", knows: ["Vocabulary", "Clock", "Documents", "Recordings", "CLinux"]),
    room("DecoderCore", in: "Vehicle", knows: ["Vocabulary"], isHot: true),
    room("Decoding", in: "Vehicle", knows: ["Vocabulary", "DecoderCore"], isHot: true),
    room(
      "Adapters", in: "Vehicle",
      knows: ["ConfigurationFile", "Vocabulary", "Documents", "Decoding", "VehicleBus", "Health", "Alerting"]),
    room("VehicleSimulator", in: "Vehicle", knows: ["Vocabulary", "Decoding", "Recordings", "CMath"], isHot: true),

    // Analysis: from signals to health and alerts.
    room("Pipeline", in: "Analysis", knows: ["Vocabulary", "CMath"], isHot: true),
    room("Prognostics", in: "Analysis", knows: ["CMath"], isHot: true),
    room("Health", in: "Analysis", knows: ["Vocabulary", "Pipeline", "Prognostics", "CMath"]),
    room("Alerting", in: "Analysis", knows: ["Vocabulary"]),
    room(
      "Evaluation", in: "Analysis", knows: ["Vocabulary", "Pipeline", "Prognostics", "Health", "Alerting", "CMath"],
      isHot: true),

    // Storage.
    room("SQLite", in: "Storage", knows: ["CSQLite"]),
    room("Store", in: "Storage", knows: ["Vocabulary", "Documents", "SQLite"]),

    // Fleet: what crosses the air.
    room("FleetContract", in: "Fleet", knows: ["Vocabulary", "Documents", "CZstd"]),
    room("MQTT", in: "Fleet", knows: ["CMosquitto"]),
    room("Sync", in: "Fleet", knows: ["Vocabulary", "FleetContract", "Store", "MQTT"]),
    room(
      "Receiver", in: "Fleet",
      knows: [
        "Vocabulary", "Documents", "FleetContract", "MQTT", "SQLite", logging,
        .product(name: "Hummingbird", package: "hummingbird"),
      ]),

    // Local: the technician's side.
    // The room Configuration. Its module has a longer name: hummingbird brings in a package with a target Configuration,
    // and a target's name must be unique in the whole graph.
    .target(
      name: "ConfigurationFile", dependencies: ["CYaml"], path: "Sources/Local/Configuration", swiftSettings: strict),
    room(
      "Diagnostics", in: "Local",
      knows: [
        "Vocabulary", "Documents", .product(name: "NIOCore", package: "swift-nio"),
        .product(name: "NIOPosix", package: "swift-nio"), .product(name: "NIOHTTP1", package: "swift-nio"),
      ]),

    // Programs. `Gateway` is the daemon's composition as a library, so that thread bodies are no closures of an
    // executable's main file and tests can drive the whole house in one process.
    room(
      "Gateway", in: "Programs",
      knows: [
        "Vocabulary", "Clock", "Recordings", "VehicleBus", "DecoderCore", "Decoding", "Adapters", "Pipeline", "Health",
        "Alerting", "Store", "Documents", "FleetContract", "MQTT", "Sync", "ConfigurationFile", "Diagnostics", "CLinux", logging,
      ],
      // Every frame touches the stage's properties, each of one thread. Tests check their accesses, the release does not.
      flags: ["-enforce-exclusivity=unchecked"]),
    .executableTarget(
      name: "telltaled", dependencies: ["Gateway", argumentParser], path: "Sources/Programs/telltaled",
      swiftSettings: strict),
    .executableTarget(
      name: "telltale",
      dependencies: [
        "Vocabulary", "Documents", "Recordings", "VehicleBus", "DecoderCore", "Decoding", "Adapters", "Pipeline", "Alerting",
        "VehicleSimulator", "Evaluation", "Diagnostics", "Store", "CLinux", argumentParser,
      ],
      path: "Sources/Programs/telltale", swiftSettings: strict),
    .executableTarget(
      name: "telltale-receiver",
      dependencies: ["Vocabulary", "Receiver", "ConfigurationFile", argumentParser, logging],
      path: "Sources/Programs/telltale-receiver", swiftSettings: strict),

    // Tests.
    .target(name: "TestSupport", path: "Tests/Support", swiftSettings: strict),
    tests(of: "Vocabulary", knows: ["Documents"]),
    tests(of: "Recordings", knows: ["Vocabulary"]),
    tests(of: "VehicleBus", knows: ["Vocabulary", "Clock", "Recordings", "CLinux", "Decoding", "VehicleSimulator"]),
    tests(of: "Decoding", knows: ["Vocabulary", "DecoderCore"]),
    tests(of: "VehicleSimulator", knows: ["Vocabulary", "DecoderCore", "Decoding", "Recordings"]),
    tests(of: "Pipeline", knows: ["Vocabulary"]),
    tests(of: "Prognostics"),
    tests(of: "Health", knows: ["Vocabulary", "Pipeline", "Prognostics"]),
    tests(of: "Alerting", knows: ["Vocabulary"]),
    tests(of: "Evaluation", knows: ["Vocabulary", "Pipeline", "Prognostics", "Health"]),
    tests(of: "SQLite"),
    tests(of: "Store", knows: ["Vocabulary", "Documents", "SQLite"]),
    tests(of: "Sync", knows: ["Vocabulary", "Documents", "FleetContract", "Store", "MQTT", "TestSupport"]),
    tests(
      of: "Receiver",
      knows: [
        "Vocabulary", "Documents", "FleetContract", "SQLite", "MQTT", "Sync", "Store", "ConfigurationFile",
        "telltale-receiver", "TestSupport", logging,
      ]),
    .testTarget(
      name: "ConfigurationTests", dependencies: ["ConfigurationFile"], path: "Tests/ConfigurationTests",
      swiftSettings: strict),
    tests(
      of: "Diagnostics",
      knows: ["Vocabulary", "Documents", .product(name: "NIOHTTP1", package: "swift-nio")]),
    tests(
      of: "Adapters",
      knows: [
        "ConfigurationFile", "DecoderCore", "Decoding", "Documents", "Health", "Pipeline", "Recordings", "VehicleBus",
        "VehicleSimulator", "Vocabulary",
      ]),
    .testTarget(
      name: "TelltaleTests",
      dependencies: [
        "telltale", "Vocabulary", "Documents", "DecoderCore", "Decoding", "Recordings", "VehicleBus", "Prognostics",
        "Evaluation", argumentParser,
      ],
      path: "Tests/TelltaleTests", swiftSettings: strict),
    tests(
      of: "Gateway",
      knows: [
        "Vocabulary", "Clock", "ConfigurationFile", "Documents", "Recordings", "VehicleBus", "Decoding", "Adapters",
        "Pipeline", "Health", "Alerting", "MQTT", "Store", "SQLite", "VehicleSimulator", "telltaled", "telltale",
        "telltale-receiver", "TestSupport",
      ]),
  ]
)

// Only the tests in the virtual machine build the simulated vehicle on a real kernel's bus.
if Context.environment["TELLTALE_VM"] != nil {
  package.targets += [
    .executableTarget(
      name: "vehicle", dependencies: ["Vocabulary", "VehicleSimulator"], path: "Tests/VM/Sources/vehicle",
      swiftSettings: strict)
  ]
}

// Only `make bench-elm327` builds the program that times an adapter.
if Context.environment["TELLTALE_BENCH"] != nil {
  package.targets += [
    .executableTarget(
      name: "elm-rates",
      dependencies: ["Vocabulary", "CLinux", "VehicleBus", "DecoderCore", "Decoding", "ConfigurationFile", "Adapters"],
      path: "Benchmarks/elm327/Sources/elm-rates", swiftSettings: strict)
  ]
}

// Only `make fuzz` builds the fuzz program: it needs libFuzzer, which comes with the sanitizer flags of that build.
if Context.environment["TELLTALE_FUZZ"] != nil {
  package.targets += [
    .target(name: "CFuzzer", path: "Tests/Fuzz/CFuzzer"),
    .executableTarget(
      name: "fuzz",
      dependencies: [
        "CFuzzer", "Vocabulary", "Recordings", "VehicleBus", "DecoderCore", "Decoding", "ConfigurationFile", "Adapters",
        "Alerting", "Diagnostics", "Documents", "FleetContract",
      ],
      path: "Tests/Fuzz/Sources", swiftSettings: strict),
  ]
}
