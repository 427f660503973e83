// swift-tools-version: 6.2
// The Swift half of the estimators' benchmark: the tree's own rooms, by links, and a program that times them.
import PackageDescription

let strict: [SwiftSetting] = [
  .swiftLanguageMode(.v6),
  .enableUpcomingFeature("ExistentialAny"),  // SE-0335
  .enableUpcomingFeature("InternalImportsByDefault"),  // SE-0409
  .treatAllWarnings(as: .error),  // SE-0443
]

let package = Package(
  name: "prognostics-benchmark",
  targets: [
    .target(name: "CMath"),
    .target(name: "Prognostics", dependencies: ["CMath"], swiftSettings: strict),
    .executableTarget(
      name: "prognostics-benchmark", dependencies: ["Prognostics"], path: "Sources/PrognosticsBenchmark",
      swiftSettings: strict),
  ]
)
