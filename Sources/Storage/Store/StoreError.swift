// What can go wrong with the store, as one line with its mend.
import SQLite

public struct StoreError: Error, CustomStringConvertible, Sendable {
  public enum Kind: Sendable, Equatable {
    /// The folder or file cannot be made or written.
    case unwritable
    /// No space is left; rows wait in memory until there is.
    case full
    /// The file was made by a newer version.
    case newerSchema
    /// The state belongs to another vehicle.
    case otherVehicle
    /// Another daemon has the state folder open.
    case inUse
    /// The file is not a whole database any more.
    case damaged
    /// Anything else that SQLite says.
    case database
  }

  public let kind: Kind
  public let path: String
  public let reason: String

  public init(kind: Kind, path: String, reason: String) {
    self.kind = kind
    self.path = path
    self.reason = reason
  }

  init(_ error: SQLiteError) {
    let kind: Kind
    switch error.code {
    case .full: kind = .full
    case .cannotOpen, .readOnly, .permission: kind = .unwritable
    case .corrupt, .notADatabase: kind = .damaged
    default: kind = .database
    }
    self.init(
      kind: kind, path: error.path,
      reason: kind == .damaged ? error.cause + "; restart telltaled: it saves what is readable" : error.description)
  }

  /// The error of a statement at the file's opening. One that the file has no tables or columns for means that it is not
  /// what its header says.
  init(opening error: SQLiteError) {
    switch error.code {
    case .error, .constraint, .corrupt, .notADatabase: self.init(kind: .damaged, path: error.path, reason: error.cause)
    default: self.init(error)
    }
  }

  public var description: String { reason.hasPrefix(path) ? reason : "\(path): \(reason)" }
}
