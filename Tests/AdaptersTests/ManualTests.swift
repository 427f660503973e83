// The pages for people say what the code says: every parameter, measurement and input, and which packs give it.
import Glibc
import Health
import Pipeline
import Testing
import Vocabulary

@testable import Adapters

@Suite struct ManualTests {
  private let page: Page
  private let adapterPage: Page
  private let manual: Page

  init() throws {
    page = try Page("docs/components.md")
    adapterPage = try Page("docs/write-an-adapter.md")
    manual = try Page("docs/man/telltale.yaml.5")
  }

  // MARK: Parameters and measurements

  @Test(arguments: ComponentID.allCases)
  func thePageHasEveryParameter(of component: ComponentID) throws {
    let section = try #require(page.section("## ", naming: component), "no section")
    let expected = ownParameters(of: component).map { [$0.name, unit(of: $0), range(of: $0), standard(of: $0)] }
    #expect(section.table("parameter").map { Array($0.prefix(4)) } == expected)
    // Those of the trend have one table for all.
    let hasTrend = ComponentParameters.descriptions(of: component).contains(where: isOfTrend)
    #expect(section.text.contains("(#the-parameters-of-a-trend)") == hasTrend)
  }

  @Test(arguments: ComponentID.allCases)
  func thePageHasEveryMeasurement(of component: ComponentID) throws {
    let section = try #require(page.section("## ", naming: component))
    let expected = MeasurementDescription.of(component).map {
      [$0.name, $0.unit, "\(number($0.range.lowerBound)) to \(number($0.range.upperBound))", number($0.deviation)]
    }
    #expect(section.table("telltale measure").map { Array($0.prefix(4)) } == expected)
    #expect(section.text.contains("Nothing can be measured.") == expected.isEmpty)
    // One section has the pads of both axles.
    let name = component == .brakePadsRear ? ComponentID.brakePadsFront.name : component.name
    #expect(section.text.contains("`telltale service \(name)`"))
  }

  @Test(arguments: ComponentID.allCases)
  func theManualHasEveryParameter(of component: ComponentID) throws {
    let section = try #require(manual.section(".Ss \(component.name)"), "no section")
    let expected = ownParameters(of: component).map {
      let unit = unit(of: $0).isEmpty ? "" : unit(of: $0) + ", "
      let standard = $0.standard == nil ? "no default" : "default " + standard(of: $0)
      return ".It Sy \($0.name) Pq \(unit)\(range(of: $0)), \(standard)"
    }
    #expect(section.lines.filter { $0.hasPrefix(".It ") } == expected)
  }

  /// What the pages call a date is read as YYYY-MM-DD, and nothing else is.
  @Test func datesAreReadAsThePagesSay() throws {
    for component in ComponentID.allCases {
      for parameter in ownParameters(of: component) {
        let pack = try TemporaryPack("pack: p\ncomponents: {\(component.name): {\(parameter.name): 2024-05-17}}")
        let isRead = (try? pack.load()) != nil
        #expect(isRead == dates.contains(parameter.name), "\(component.name).\(parameter.name)")
      }
    }
  }

  @Test func bothHaveTheParametersOfEveryTrend() throws {
    let trends = ComponentID.allCases.compactMap { component in
      let parameters = ComponentParameters.descriptions(of: component).filter(isOfTrend)
      return parameters.first.map { [component.name, $0.unit] + parameters.map(standard) }
    }
    let parameters = ComponentParameters.descriptions(of: .cooling).filter(isOfTrend)
    let section = try #require(page.section("## The parameters of a trend"))
    #expect(section.table("component") == trends)
    #expect(section.table("parameter").map { Array($0.prefix(2)) } == parameters.map { [$0.name, range(of: $0)] })

    let manualSection = try #require(manual.section(".Ss Parameters of a trend"))
    #expect(
      manualSection.lines.filter { $0.hasPrefix(".It ") } == parameters.map { ".It Sy \($0.name) Pq \(range(of: $0))" })
    let rows = manualSection.lines.map { $0.split(separator: " ").map(String.init) }
    #expect(rows.filter { row in row.count == 9 && trends.contains { $0[0] == row[0] } } == trends)
  }

  // MARK: Inputs

  /// A section names what its component reads, and the page nothing that none reads.
  @Test func thePageHasEveryInput() throws {
    for component in ComponentID.allCases {
      let section = try #require(page.section("## ", naming: component))
      for path in ComponentInput.of(component).flatMap(\.paths) {
        #expect(section.text.contains("`\(path)`"), "\(component.name)")
      }
    }
    let inputs = Set(FeatureInput.allCases.map(\.signal.path))
    let named = page.text.split(separator: "`").filter { $0.hasPrefix("Vehicle.") }.map(String.init)
    #expect(Set(named).subtracting(inputs) == [])
  }

  @Test func thePageOnAdaptersHasEveryInput() throws {
    let section = try #require(adapterPage.section("## What the components need"))
    let packs = try shipped.names.sorted().map { try shippedPack($0) }
    let expected = FeatureInput.allCases.map { input in
      let (path, unit) = input.signal
      let fed = ComponentInput.components(fedBy: path).map(\.name)
      let from = packs.filter { $0.signals.contains { $0.description.path == path } }.map(\.name)
      return [
        // The odometer tells all of them what was driven unwatched.
        path, unit, input.isFast ? "fast" : "", input == .odometer ? "every component" : fed.joined(separator: ", "),
        from.isEmpty ? "none" : from.joined(separator: ", "),
      ]
    }
    let rows = section.table("path")
    for row in expected { #expect(rows.first { $0.first == row[0] } == row) }
    #expect(rows.count == expected.count)
  }

  /// The table of what the shipped packs are enough for.
  @Test func thePageSaysWhichPacksFeedWhat() throws {
    let section = try #require(page.section("## Which packs feed what"))
    let header = try #require(section.lines.first { $0.hasPrefix("| component |") })
    let sets = cells(header).dropFirst().dropLast().map { $0.split(separator: ",").map { trimmed($0) } }
    #expect(sets.count >= 5)
    let rows = section.table("component")
    #expect(rows.map { $0[0] } == ComponentID.allCases.map(\.name))
    for (column, names) in sets.enumerated() {
      let paths = try names.flatMap { try shippedPack($0).signals.map(\.description.path) }
      for (row, component) in zip(rows, ComponentID.allCases) {
        #expect(row[column + 1] == (isMapped(component, paths) ? "yes" : "no"), "\(component.name) by \(names)")
      }
    }
  }
}

// MARK: How the pages write what the code says

private func isOfTrend(_ parameter: ParameterDescription) -> Bool { parameter.name.hasPrefix("trend_") }

private func ownParameters(of component: ComponentID) -> [ParameterDescription] {
  ComponentParameters.descriptions(of: component).filter { !isOfTrend($0) }
}

/// Parameters that a file gives as YYYY-MM-DD, not in their unit.
private let dates: Set = ["first_use", "installed", "last_service"]

private func unit(of parameter: ParameterDescription) -> String {
  dates.contains(parameter.name) ? "date" : parameter.unit
}

private func range(of parameter: ParameterDescription) -> String {
  if dates.contains(parameter.name) { return "1990-01-01 to 2099-12-31" }
  return "\(number(parameter.range.lowerBound)) to \(number(parameter.range.upperBound))"
}

private func standard(of parameter: ParameterDescription) -> String { parameter.standard.map(number) ?? "none" }

/// As it is written in a configuration.
private func number(_ value: Double) -> String {
  value == value.rounded() && abs(value) < 1e15 ? String(Int(value)) : "\(value)"
}

private func trimmed(_ text: Substring) -> String {
  let isFrame: (Character) -> Bool = { $0 == " " || $0 == "`" }
  return String(String(text.drop(while: isFrame).reversed()).drop(while: isFrame).reversed())
}

/// Cells of a row of a Markdown table, without their code marks.
private func cells(_ row: String) -> [String] {
  row.split(separator: "|", omittingEmptySubsequences: false).dropFirst().dropLast().map { trimmed($0) }
}

/// A page of this checkout, or a section of one.
private struct Page {
  let lines: [String]

  var text: String { lines.joined(separator: "\n") }

  init(lines: [String]) { self.lines = lines }

  init(_ path: String) throws {
    let root = #filePath.split(separator: "/").dropLast(3).map { "/" + $0 }.joined()
    let file = try #require(fopen(root + "/" + path, "r"), "no \(path)")
    defer { fclose(file) }
    var bytes: [UInt8] = []
    while case let byte = getc(file), byte >= 0 { bytes.append(UInt8(byte)) }
    lines = String(decoding: bytes, as: UTF8.self).split(separator: "\n", omittingEmptySubsequences: false)
      .map(String.init)
  }

  /// From a heading that begins so to the next of its level or above.
  func section(_ heading: String) -> Page? { section { $0.hasPrefix(heading) } }

  /// From the heading that has a component's name in it.
  func section(_ level: String, naming component: ComponentID) -> Page? {
    section { $0.hasPrefix(level) && $0.contains("`\(component.name)`") }
  }

  private func section(where isHeading: (String) -> Bool) -> Page? {
    guard let start = lines.firstIndex(where: isHeading) else { return nil }
    let ends = ["# ", "## ", ".Ss ", ".Sh "]
    let rest = lines[(start + 1)...].prefix { line in !ends.contains { line.hasPrefix($0) } }
    return Page(lines: Array(rest))
  }

  /// Rows of the first table whose first column has this name.
  func table(_ first: String) -> [[String]] {
    guard let start = lines.firstIndex(where: { $0.hasPrefix("|") && cells($0).first == first }) else { return [] }
    return lines[(start + 2)...].prefix { $0.hasPrefix("|") }.map(cells)
  }
}
