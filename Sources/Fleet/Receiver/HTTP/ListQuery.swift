// What a request asks of a list, checked name by name.

/// Why a request is refused: one sentence that names what is wrong and the mend.
struct Refusal: Error {
  var reason: String
}

/// Which part of a list is asked for.
struct ListQuery {
  static let defaultLimit = 100
  static let largestLimit = 1000

  var limit: Int
  /// A list's last item, where its next part begins.
  var after: String?
  /// A list's first item, where the part before ends.
  var before: String?

  /// - Parameters:
  ///   - query: values by name.
  ///   - names: those that this list knows.
  ///   - largest: of `limit`; also what it is without one, if that is less than 100.
  init(_ query: [String: String], names: [String], largest: Int = ListQuery.largestLimit) throws(Refusal) {
    for name in query.keys.sorted() where !names.contains(name) {
      let mend = names.isEmpty ? "leave it out" : "use " + names.joined(separator: ", ")
      throw Refusal(reason: "'\(name.prefix(40))' is not known here: " + mend)
    }
    limit = min(ListQuery.defaultLimit, largest)
    if let text = query["limit"] {
      guard let number = Int(text), 1...largest ~= number else {
        throw Refusal(reason: "limit must be a whole number from 1 to \(largest)")
      }
      limit = number
    }
    for name in ["after", "before"] where query[name] == "" {
      throw Refusal(reason: "\(name) has no value: give it one as 'next' has it, or leave it out")
    }
    after = query["after"]
    before = query["before"]
    guard after == nil || before == nil else {
      throw Refusal(reason: "after and before exclude each other: give one of them")
    }
  }

  /// Values by name.
  static func values(_ parameters: [(name: String, value: String)]) throws(Refusal) -> [String: String] {
    var values: [String: String] = [:]
    for (name, value) in parameters where values.updateValue(value, forKey: name) != nil {
      throw Refusal(reason: "'\(name.prefix(40))' is given twice: give it once")
    }
    return values
  }

  /// The part by numbers: without a bound the newest.
  func stretch() throws(Refusal) -> Stretch {
    var stretch = Stretch(limit: limit)
    if let after { stretch.bound = .after(try number(after, "after", "0 for the first ones")) }
    if let before { stretch.bound = .before(try number(before, "before", "none for the newest ones")) }
    return stretch
  }

  private func number(_ text: String, _ name: String, _ hint: String) throws(Refusal) -> Int64 {
    guard let number = Int64(text), number >= 0 else {
      throw Refusal(reason: "\(name) must be the number of an item of this list, or \(hint)")
    }
    return number
  }

  /// The part of the losses that comes after one: `STREAM-SEQUENCE`, as `next` has it.
  func place() throws(Refusal) -> FleetLoss.Place {
    guard let after else { return .beginning }
    let parts = after.split(separator: "-", omittingEmptySubsequences: false)
    guard parts.count == 2, let stream = Int64(parts[0]), let first = Int64(parts[1]) else {
      throw Refusal(reason: "after must be as 'next' of the part before has it, or left out for the first one")
    }
    return FleetLoss.Place(stream: stream, first: first)
  }

  /// The address of what follows in the direction of reading; nil when the page was the last one.
  func next<Item>(_ path: String, _ page: Page<Item>, _ stretch: Stretch, number: (Item) -> Int64) -> String? {
    guard let item = stretch.isBackward ? page.items.first : page.items.last else { return nil }
    return next(path, page.hasMore, stretch.isBackward ? "before" : "after", String(number(item)))
  }

  func next(_ path: String, _ hasMore: Bool, _ name: String, _ value: String) -> String? {
    hasMore ? "\(path)?limit=\(limit)&\(name)=\(value)" : nil
  }
}
