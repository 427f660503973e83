// How long each thing may take: the deadlines of the dialogue, in seconds.

enum ELMPatience {
  // MARK: Probing

  /// For the first and the second line at each baud rate. The first may end a command that was under way, or be the
  /// tail of what was written at a wrong rate.
  static let probe = [0.4, 0.6]
  /// The same where there is no baud rate: a socket is either an adapter or none, and a radio takes longer to begin.
  static let probeOfSocket = [1.0, 2.0]

  // MARK: Initialising

  /// All of it. Of no use is an adapter that takes longer.
  static let setUp = 20.0
  static let reset = 2.5
  /// Commands in one set-up that may stay without an answer.
  static let mostMisses = 3
  /// Set-ups in a row that may fail before the port is left alone for a while.
  static let mostFailedSetUps = 2

  // MARK: Back to the prompt

  /// All of it, beside the patience for each of its commands.
  static let settling = 1.0
  static let mostSettlingCommands = 3
  /// Nothing more comes after this long.
  static let quiet = 0.08
  /// The same after several commands, each of which may yet be answered.
  static let longQuiet = 0.2
  /// A prompt alone may be one of an earlier command: the answer has this long to come after it.
  static let afterBarePrompt = 0.25

  // MARK: Requests

  static let request = 5.0
  /// Without a byte: the prompt is lost. Longer than the longest time that `ATST` can set.
  static let silence = 1.5
  /// The same once a line of the answer has come: adapters wait 200 ms for another.
  static let silenceAfterAnswer = 0.7
  /// One wire: waking it takes up to eight seconds, and the adapter may have to do it at any request.
  static let slowRequest = 12.0
  static let slowSilence = 9.0

  // MARK: Protocol search

  static let automaticSearch = 30.0
  static func search(_ vehicleProtocol: ELMProtocol) -> Double {
    switch vehicleProtocol {
    case .iso9141, .kwpSlowInit: 10
    case .kwpFastInit: 5
    default: 3
    }
  }
  /// Between two full searches, but for every third request.
  static let betweenFullSearches = 60.0
  /// Requests in a row without any answer before the protocol is doubted.
  static let mostSilentRequests = 5
  /// Seconds since the last answer before that: a vehicle may not have what it says it has.
  static let silenceOfVehicle = 5.0
  /// Seconds since the last answer for which the adapter is sure to be in the same vehicle.
  static let knowledge = 30.0
  /// Requests in a row that were answered with damage alone before the adapter is set up anew.
  static let mostSenselessAnswers = 5

  // MARK: Listening

  static let listen = 3.0
  /// Of a bus that was heard.
  static let silentBus = 10.0
  /// On the likeliest protocol, after all were tried in vain.
  static let betweenRounds = 60.0
  /// Before it listens again where that ended at once.
  static let beforeListening = 0.5

  // MARK: Beside

  /// Between two readings of the voltage.
  static let voltage = 10.0
  /// V, from which on a vehicle counts as switched on: its alternator or converter charges.
  static let charging = 13.0
}
