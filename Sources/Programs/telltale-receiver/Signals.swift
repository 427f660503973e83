// Signals of the receiver. They are blocked before any thread starts, and the main thread waits for them: it must not
// end in Dispatch's main loop, which takes every signal with its default action.
import Glibc

/// A signal that the main thread waits for.
enum AwaitedSignal {
  /// SIGTERM or SIGINT: end in good order.
  case end
  /// SIGUSR1, which the program sends to itself when its work is over.
  case finished

  private static var set: sigset_t {
    var set = sigset_t()
    sigemptyset(&set)
    for number in [SIGTERM, SIGINT, SIGUSR1] { sigaddset(&set, number) }
    return set
  }

  /// Blocks these signals in this thread and all that it starts; a broken pipe becomes an error of its write.
  static func block() {
    var set = set
    pthread_sigmask(SIG_BLOCK, &set, nil)
    signal(SIGPIPE, SIG_IGN)
  }

  /// Waits for the next one.
  static func next() -> AwaitedSignal {
    var set = set
    var number: Int32 = 0
    while sigwait(&set, &number) != 0 {}
    return number == SIGUSR1 ? .finished : .end
  }

  static func sendFinished() { kill(getpid(), SIGUSR1) }
}
