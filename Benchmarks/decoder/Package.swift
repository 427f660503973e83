// swift-tools-version: 6.2
// The Swift half of the decoder benchmark: the tree's own rooms, by links, and a program that times them.
import PackageDescription

let strict: [SwiftSetting] = [
  .swiftLanguageMode(.v6),
  .enableUpcomingFeature("ExistentialAny"),  // SE-0335
  .enableUpcomingFeature("InternalImportsByDefault"),  // SE-0409
  .treatAllWarnings(as: .error),  // SE-0443
]

let package = Package(
  name: "decoder-benchmark",
  targets: [
    .target(name: "Vocabulary", swiftSettings: strict),
    .target(name: "DecoderCore", dependencies: ["Vocabulary"], swiftSettings: strict),
    .target(name: "Decoding", dependencies: ["Vocabulary", "DecoderCore"], swiftSettings: strict),
    .executableTarget(
      name: "decoder-benchmark", dependencies: ["Vocabulary", "DecoderCore", "Decoding"],
      path: "Sources/DecoderBenchmark", swiftSettings: strict),
  ]
)
