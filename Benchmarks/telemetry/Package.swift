// swift-tools-version: 6.2
// The Swift half of the telemetry benchmark: the tree's own rooms, by links, and a program that measures with them.
import PackageDescription

let strict: [SwiftSetting] = [
  .swiftLanguageMode(.v6),
  .enableUpcomingFeature("ExistentialAny"),  // SE-0335
  .enableUpcomingFeature("InternalImportsByDefault"),  // SE-0409
  .treatAllWarnings(as: .error),  // SE-0443
]
/// As the product is built: rooms that are not hot are built for size.
let small = strict + [.unsafeFlags(["-Osize"], .when(configuration: .release))]

let package = Package(
  name: "telemetry-benchmark",
  targets: [
    .target(name: "CMath"),
    .systemLibrary(name: "CZstd", pkgConfig: "libzstd", providers: [.apt(["libzstd-dev"])]),
    .target(name: "Vocabulary", swiftSettings: strict),
    .target(name: "Documents", dependencies: ["Vocabulary"], swiftSettings: small),
    .target(name: "Recordings", dependencies: ["Vocabulary"], swiftSettings: small),
    .target(name: "DecoderCore", dependencies: ["Vocabulary"], swiftSettings: strict),
    .target(name: "Decoding", dependencies: ["Vocabulary", "DecoderCore"], swiftSettings: strict),
    .target(name: "Pipeline", dependencies: ["Vocabulary", "CMath"], swiftSettings: strict),
    .target(name: "FleetContract", dependencies: ["Vocabulary", "Documents", "CZstd"], swiftSettings: small),
    .executableTarget(
      name: "telemetry-benchmark",
      dependencies: [
        "Vocabulary", "Documents", "Recordings", "DecoderCore", "Decoding", "Pipeline", "FleetContract", "CZstd",
      ],
      path: "Sources/TelemetryBenchmark", swiftSettings: strict),
  ]
)
