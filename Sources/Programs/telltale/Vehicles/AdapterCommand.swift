// `telltale adapter`: is a pack right, what does it say, and which one fits a recording?
import Adapters
import ArgumentParser
import Diagnostics
import Documents
import Recordings

struct AdapterCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "adapter", abstract: "Check, explain and choose adapter packs; read what ELM327 adapters said.",
    subcommands: [Check.self, Explain.self, Match.self, Parameters.self, Transcript.self])

  struct Check: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "check",
      abstract: "Name what is wrong with a pack.",
      discussion: """
        A pack is a folder with a pack.yaml and the DBC files that it names. The check reads all of them: keys, units, \
        VSS names, and whether each message and signal is there; and an adapters.yaml, which says what ELM327 adapters can.

        Exit codes: 0 when a daemon could use the pack; 1 otherwise, and with --strict when there is any problem.

        Examples:
          telltale adapter check adapters/my-van
          telltale adapter check --strict adapters/*
        """)

    @Argument(help: ArgumentHelp("Folders of packs.", valueName: "dir"))
    var directories: [String]

    @Flag(help: "Print one JSON document and nothing else: an object for one pack, an array for several.")
    var json = false

    @Flag(help: "Fail when a pack has any problem.")
    var strict = false

    func run() throws {
      let checks = directories.map { AdapterPack.check(directory: $0) }
      if json {
        try put(checks.count == 1 ? try jsonText(checks[0]) : try jsonText(checks))
      } else {
        try put(text(checks))
      }
      if checks.contains(where: { !$0.isUsable || strict && !$0.problems.isEmpty }) { throw ExitCode(1) }
    }

    private func text(_ checks: [AdapterCheck]) -> String {
      var table = TextTable(columns: [
        "PACK": .left, "SIGNALS": .right, "PIDS": .right, "MESSAGES": .right, "SENSORS": .right, "ADAPTERS": .right,
        "PROBLEMS": .right, "": .left,
      ])
      for c in checks {
        table.add([
          StyledText(c.pack.isEmpty ? c.directory : c.pack), StyledText("\(c.signals)"), StyledText("\(c.parameters)"),
          StyledText("\(c.messages)"), StyledText("\(c.sensors)"), StyledText("\(c.adapters)"),
          StyledText("\(c.problems.count)", c.problems.isEmpty ? .plain : .warning),
          c.isUsable ? StyledText("usable", .good) : StyledText("refused", .bad),
        ])
        for problem in c.problems { table.add(note: StyledText(problem.description, c.isUsable ? .warning : .bad)) }
      }
      return table.rendered(colour: colourWanted)
    }
  }

  struct Explain: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "explain",
      abstract: "Show what packs make of a vehicle: signals, where they come from, and what they feed.",
      discussion: """
        Packs are given by name or by folder, in the order of a configuration: of two that give a signal the first one's \
        unit, range and age hold.

        Examples:
          telltale adapter explain obd2
          telltale adapter explain obd2 generic-diesel
          telltale adapter explain adapters/my-van --json
        """)

    @Argument(help: ArgumentHelp("Packs, by name or folder.", valueName: "pack"))
    var names: [String]

    @OptionGroup var packs: PackOptions

    @Flag(help: "Print one JSON document and nothing else.")
    var json = false

    func run() throws {
      let explanation = try AdapterExplanation(try names.map { try packs.load($0) })
      try put(json ? try jsonText(explanation) : Array(text(explanation).utf8))
    }

    private func text(_ explanation: AdapterExplanation) -> String {
      var text = ""
      for pack in explanation.packs {
        text += StyledText("\(pack.name): \(pack.title); transmits: \(pack.transmit)").text + "\n"
        for covered in pack.covers { text += StyledText("  covers \(covered)").text + "\n" }
      }
      var signals = TextTable(columns: [
        "SIGNAL": .left, "UNIT": .left, "RANGE": .right, "EVERY": .right, "STALE AFTER": .right, "FROM": .left,
        "FEEDS": .left,
      ])
      for s in explanation.signals {
        let range = s.range.map { $0.map(figure).joined(separator: "…") } ?? ""
        signals.add([
          StyledText(s.path), StyledText(s.unit), StyledText(range),
          StyledText(s.sources.first?.every.map { figure($0) + " s" } ?? ""), StyledText(figure(s.staleAfter) + " s"),
          StyledText(s.sources.map(\.from).joined(separator: "; ")), StyledText(s.components.joined(separator: ", ")),
        ])
      }
      text += "\n" + signals.rendered(colour: colourWanted) + "\n"
      var components = TextTable(columns: ["COMPONENT": .left, "": .left])
      for c in explanation.components {
        components.add([
          StyledText(c.component),
          c.isMapped ? StyledText("inputs mapped", .good) : StyledText("inputs missing, so unknown", .warning),
        ])
        for input in c.inputs {
          let state = input.mapped.isEmpty ? (input.isRequired ? "missing: " : "not there: ") : "mapped: "
          let paths = (input.mapped.isEmpty ? input.anyOf : input.mapped).joined(separator: " or ")
          let use = input.isRequired ? "" : " (uses it if there)"
          components.add(note: StyledText(state + paths + use, .faint))
        }
        for p in c.parameters where p.pack != nil {
          let value = p.value.map { figure($0) } ?? "–"
          components.add(note: StyledText("\(p.name) \(value) \(p.unit), from \(p.pack ?? "")", .faint))
        }
      }
      text += components.rendered(colour: colourWanted)
      if !explanation.questions.isEmpty {
        var questions = TextTable(columns: ["WOULD BE ASKED, IF THE USER ALLOWS IT": .left, "EVERY": .right])
        for q in explanation.questions {
          questions.add([StyledText(q.ask), StyledText(q.every.map { figure($0) + " s" } ?? "once")])
        }
        text += "\n" + questions.rendered(colour: colourWanted)
      }
      for problem in explanation.problems { text += StyledText(problem.description).text + "\n" }
      return text
    }
  }

  struct Match: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "match",
      abstract: "Rank packs by how well they fit a recording.",
      discussion: """
        A pack fits when its messages are there with the right lengths and rates, when they explain the traffic, and \
        when what they say can be true. The score goes from 0 to 1.

        Exit codes: 0 when a pack fits at all, 1 when none does.

        Examples:
          telltale adapter match drive.log
          telltale adapter match drive.trc --packs ./adapters --json
        """)

    @OptionGroup var recording: LogOptions

    @OptionGroup var packs: PackOptions

    @Flag(help: "Print one JSON document and nothing else: an array, the best pack first.")
    var json = false

    func run() throws {
      let folder = packs.packs
      let names = folder.names
      guard !names.isEmpty else {
        throw ValidationError("no packs below \(folder.path); give their folder with --packs")
      }
      var loaded: [AdapterPack] = []
      for name in names {
        do {
          loaded.append(try packs.load(name))
        } catch {
          complain("\(error)")
        }
      }
      var match = AdapterMatch(loaded)
      for problem in match.problems { complain(problem.description) }
      _ = try recording.forEachFrame("reading \(recording.log)") { frame, _ in match.observe(frame) }
      let ranking = match.ranking
      try put(json ? try jsonText(ranking) : Array(text(ranking, frames: match.frames).utf8))
      if ranking.allSatisfy({ $0.score == 0 }) { throw ExitCode(1) }
    }

    private func text(_ ranking: [AdapterMatch.Fit], frames: Int) -> String {
      var table = TextTable(columns: [
        "PACK": .left, "SCORE": .right, "FRAMES": .right, "SEEN": .right, "OF": .right,
      ])
      for fit in ranking {
        table.add([
          StyledText(fit.pack), StyledText(decimal(fit.score, 2), fit.score >= 0.5 ? .good : .plain),
          StyledText("\(fit.framesMatched)"), StyledText("\(fit.identifiersMatched)"),
          StyledText("\(fit.identifiersTotal)"),
        ])
        for reason in fit.reasons where fit.score > 0 { table.add(note: StyledText(reason, .faint)) }
      }
      return "\(frames) data frames\n" + table.rendered(colour: colourWanted)
    }
  }
}
