// Runs a courier as the daemon does: on a thread of its own.
import Glibc
import Sync
import Synchronization
import Testing

final class CourierThread: Sendable {
  private let courier: Courier
  private let end = Atomic(false)
  var hasEnded: Bool { end.load(ordering: .acquiring) }

  init(_ courier: Courier) throws {
    self.courier = courier
    var thread = pthread_t()
    try #require(pthread_create(&thread, nil, body, Unmanaged.passRetained(self).toOpaque()) == 0)
    pthread_detach(thread)
  }

  fileprivate func run() {
    courier.run()
    end.store(true, ordering: .releasing)
  }
}

private func body(_ context: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
  guard let context else { return nil }
  Unmanaged<CourierThread>.fromOpaque(context).takeRetainedValue().run()
  return nil
}
