// The version of all three programs.

/// Semantic version (semver.org) of this source tree.
public let telltaleVersion = "0.1.0"
