// `telltale evaluate`: how good prognoses are, on data whose end is known.
import ArgumentParser

struct EvaluateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "evaluate",
    abstract: "Measure prognoses on data whose end is known.",
    discussion: """
      Needs no daemon. All fits are made on other units than those that are judged, all choices by cross-validation; \
      the same files give the same figures every time, but for the time that an update takes.

      Examples:
        telltale evaluate components
        telltale evaluate cmapss --train train.txt --test test.txt --rul RUL.txt
        telltale evaluate series --unit cell --usage Ah --value capacity --threshold 80% cells.csv --leave-one-out
      """,
    subcommands: [
      EvaluateComponentsCommand.self, EvaluateDrivesCommand.self, EvaluateCostCommand.self, EvaluateSeriesCommand.self,
      EvaluateEarlyCommand.self, EvaluateCMAPSSCommand.self,
    ])
}
