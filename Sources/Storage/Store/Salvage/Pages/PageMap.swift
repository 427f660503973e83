// Which page of a damaged file belongs to which table: by the trees as far as they go, else by what lies on it.
import SQLite

/// Pages with rows, by the table that the rows go to.
struct PageMap {
  /// Pages by table. Those of trees come first: what lies beside them may be what was there before.
  private(set) var pages: [String: [Int]] = [:]
  /// Of `pages`, those that no tree leads to.
  private(set) var strays: Set<Int> = []
  /// Tables of which some page could not be reached.
  private(set) var incomplete: Set<String> = []
  /// Whether the list of tables could be read, and none is missing from it.
  private(set) var hasList = false
  private let file: PageFile
  private var seen: Set<Int> = []
  /// Levels of a tree; SQLite itself has no more.
  private static let deepest = 20

  init(_ file: PageFile) {
    self.file = file
    let roots = trees()
    hasList = incomplete.isEmpty && SealedTable.all.allSatisfy { table in roots.contains { $0.name == table.name } }
    for (name, root) in roots {
      let layouts = RowLayout.all.filter { $0.name == name }
      if !layouts.isEmpty { walk(root, Int64.min...Int64.max, layouts) }
    }
    // Where every tree is whole, what lies beside them is free.
    guard !hasList || !incomplete.isEmpty else { return }
    seen.formUnion(freePages())
    for number in 1...max(1, file.count) where !seen.contains(number) {
      guard let page = TreePage(number, of: file), let table = table(of: page) else { continue }
      pages[table, default: []].append(number)
      strays.insert(number)
    }
  }

  // MARK: Trees.

  /// The file's list of its tables, with the pages at which their trees begin.
  private mutating func trees() -> [(name: String, root: Int)] {
    var trees: [(String, Int)] = []
    var pending = [1]
    while let number = pending.popLast() {
      guard seen.insert(number).inserted else { continue }
      guard let page = TreePage(number, of: file), page.kind == .tableLeaf || page.kind == .tableInterior else {
        incomplete.insert("sqlite_schema")
        continue
      }
      pending += page.children.map(\.page)
      for cell in page.rows(of: file) where cell.record.count == 5 {
        guard case .text(let name) = cell.record[1], case .integer(let root) = cell.record[3] else { continue }
        trees.append((name, Int(root)))
      }
    }
    return trees
  }

  /// Takes over a subtree.
  /// - Parameter numbers: the rows' numbers that may lie in it.
  private mutating func walk(
    _ number: Int, _ numbers: ClosedRange<Int64>, _ layouts: [RowLayout], depth: Int = 0
  ) {
    let name = layouts[0].table.name
    guard depth < PageMap.deepest, !seen.contains(number), let page = TreePage(number, of: file),
      isOf(page, numbers, layouts)
    else {
      incomplete.insert(name)
      return
    }
    seen.insert(number)
    if page.kind != .tableInterior { pages[name, default: []].append(number) }
    var first = numbers.lowerBound
    for child in page.children {
      let last = min(child.last, numbers.upperBound)
      if first <= last { walk(child.page, first...last, layouts, depth: depth + 1) } else { incomplete.insert(name) }
      first = max(first, last)
    }
  }

  /// Whether a page can be one of a tree: a damaged page may lead anywhere.
  private func isOf(_ page: TreePage, _ numbers: ClosedRange<Int64>, _ layouts: [RowLayout]) -> Bool {
    switch page.kind {
    case .tableInterior: return layouts.contains { !$0.isIndex }
    case .indexInterior: return layouts.contains { $0.isIndex }
    case .tableLeaf, .indexLeaf: break
    }
    let rows = page.rows(of: file)
    return rows.isEmpty || rows.contains { cell in
      cell.number.map(numbers.contains) != false && layouts.contains { $0.row(cell) != nil }
    }
  }

  /// What the file's own list of free pages says, as far as it can be read.
  private func freePages() -> Set<Int> {
    var free: Set<Int> = []
    guard let header = file.page(1), header.starts(with: "SQLite format 3\0".utf8) else { return free }
    var trunk = Int(header.word(32))
    while trunk > 0, !free.contains(trunk), let page = file.page(trunk) {
      free.insert(trunk)
      let count = min(Int(page.word(4)), PageFile.pageSize / 4 - 2)
      for i in 0..<count { free.insert(Int(page.word(8 + 4 * i))) }
      trunk = Int(page.word(0))
    }
    return free
  }

  // MARK: Pages without a tree.

  /// The table whose rows lie on a page, by its first one.
  private func table(of page: TreePage) -> String? {
    let cells = page.rows(of: file)
    guard let first = cells.first else { return nil }
    let found = RowLayout.all.filter { layout in
      guard !layout.isElder, let row = layout.row(first) else { return false }
      return row.seal != nil || RowLayout.unsealed.contains(layout.table.name)
    }
    guard let layout = found.first, found.count > 1 else { return found.first?.table.name }
    return resolution(ofStarts: cells.compactMap { cell in
      if case .integer(let start)? = layout.row(cell)?.values.first { start } else { nil }
    })?.table
  }

  /// Roll-ups of all lengths look alike, and each begins at a multiple of its length. Nil where that leaves a doubt.
  private func resolution(ofStarts starts: [Int64]) -> RollUpResolution? {
    let found = RollUpResolution.allCases.last { resolution in
      starts.allSatisfy { $0 % (resolution.rawValue * 1_000_000_000) == 0 }
    }
    return found == .second || starts.count > 1 ? found : nil
  }
}
