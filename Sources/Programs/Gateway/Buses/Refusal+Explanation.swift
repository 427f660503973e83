// The guard's reasons in words for people.
import VehicleBus

extension Refusal {
  var reason: String {
    switch self {
    case .listenOnly: "the configuration does not let Telltale transmit"
    case .notAllowed: "this is not among what may be asked"
    case .paused: "polling is paused"
    case .parked: "the vehicle is parked"
    case .busUnreadable: "the bus cannot be read"
    case .busErrors: "there are errors on the bus, or were within the last half minute"
    case .otherTester: "another tester spoke on the bus within the last minute"
    case .answerFlood: "more was sent on the bus than was asked for within the last minute"
    case .busBudget: "the bus's budget of requests is used up for now"
    case .unitBudget: "the control unit's budget of requests is used up for now"
    case .backingOff: "the control unit refused or did not answer and is left alone for a while"
    case .notAuthorised: "only a technician may do this"
    case .notStanding: "the vehicle does not stand with its engine off, or nobody knows that it does"
    }
  }

  var mend: String {
    switch self {
    case .listenOnly: "write `transmit: polling` below the source in the configuration, if you mean it"
    case .notAllowed: "see `man 5 telltale.yaml`, POLLING"
    case .paused: "`telltale polling resume`"
    case .parked: "switch the ignition on"
    case .busUnreadable: "`telltale sources` says why"
    case .busErrors: "check wiring, termination and bit rate; `telltale sources` shows the errors"
    case .otherTester: "disconnect the other tester, or wait until it is silent"
    case .answerFlood: "`candump` shows who sends; other programs of this machine count too"
    case .busBudget, .unitBudget, .backingOff: "try again in a moment"
    case .notAuthorised: "add your user name to `technicians` in the configuration"
    case .notStanding: "stop, switch the engine off and leave the ignition on"
    }
  }
}
