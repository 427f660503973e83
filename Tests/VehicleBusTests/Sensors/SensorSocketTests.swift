// The socket that sensors send to: whose it is, what a flood does to it, and that it goes away.
import Glibc
import Testing
import Vocabulary

@testable import VehicleBus

@Suite struct SensorSocketTests {
  private let catalogue = SensorCatalogue([
    SensorMapping(
      name: "a", signal: SignalID(rawValue: 1), unit: "", conversion: SensorConversion(factor: 1), range: 0...1e9)
  ])
  private let now = Instant(nanoseconds: 1_000_000_000)

  private func error(_ path: String) -> SensorSocketError? {
    do throws(SensorSocketError) {
      _ = try SensorSocket(path: path, catalogue: catalogue)
      return nil
    } catch {
      return error
    }
  }

  @Test func datagramsBecomeSamples() throws {
    let folder = try SocketFolder()
    let socket = try SensorSocket(path: folder.socket, catalogue: catalogue)
    let peer = Peer()
    #expect(peer.send(#"[{"n":"a","v":1}]"#, to: folder.socket) && peer.send("nonsense", to: folder.socket))
    #expect(peer.send("", to: folder.socket), "an empty datagram ends nothing")
    #expect(peer.send(#"[{"n":"a","v":2},{"n":"a","v":3}]"#, to: folder.socket))
    var values: [Double] = []
    #expect(!socket.drain(at: now, wall: nil) { values.append($0.value) })
    #expect(values == [1, 2, 3])
    #expect(socket.counters.datagrams == 4)
    #expect(socket.counters.refused(.notSenML) + socket.counters.refused(.notJSON) == 2)
    #expect(!socket.drain(at: now, wall: nil) { _ in Issue.record("nothing is left") })
  }

  @Test func onlyOwnerAndGroupMayWriteAndItGoesAway() throws {
    let folder = try SocketFolder()
    var status = stat()
    do {
      let socket = try SensorSocket(path: folder.socket, catalogue: catalogue)
      #expect(lstat(folder.socket, &status) == 0 && status.st_mode & 0o7777 == 0o660 && socket.path == folder.socket)
      #expect(fcntl(socket.descriptor, F_GETFD) & FD_CLOEXEC != 0)
    }
    #expect(lstat(folder.socket, &status) == -1 && errno == ENOENT)
  }

  @Test func whatADeadProcessLeftIsReplaced() throws {
    let folder = try SocketFolder()
    do {
      let dead = Peer()
      #expect(dead.bind(folder.socket))
    }
    #expect(access(folder.socket, F_OK) == 0)
    let socket = try SensorSocket(path: folder.socket, catalogue: catalogue)
    #expect(Peer().send(#"[{"n":"a","v":1}]"#, to: folder.socket))
    var count = 0
    socket.drain(at: now, wall: nil) { _ in count += 1 }
    #expect(count == 1)
  }

  @Test func whatLivesIsLeftAlone() throws {
    let folder = try SocketFolder()
    for kind in [SOCK_DGRAM, SOCK_STREAM] {
      let alive = Peer(kind)
      #expect(alive.bind(folder.socket))
      if kind == SOCK_STREAM { #expect(listen(alive.descriptor, 1) == 0) }
      withExtendedLifetime(alive) {
        #expect(error(folder.socket)?.code == EADDRINUSE)
        #expect(error(folder.socket)?.description.contains("another process receives here; ") == true)
        #expect(access(folder.socket, F_OK) == 0)
      }
      unlink(folder.socket)
    }
    let first = try SensorSocket(path: folder.socket, catalogue: catalogue)
    #expect(error(folder.socket)?.code == EADDRINUSE && first.descriptor >= 0)
  }

  @Test func aSocketThatCouldNotBeMadeClosesNothing() {
    for _ in 0..<10 { #expect(error("/no/such/folder/s") != nil) }
    #expect(fcntl(STDIN_FILENO, F_GETFD) >= 0)
  }

  @Test func aFileIsNotTakenForASocket() throws {
    let folder = try SocketFolder()
    let file = open(folder.socket, O_WRONLY | O_CREAT, 0o600)
    close(file)
    #expect(error(folder.socket)?.code == EEXIST && access(folder.socket, F_OK) == 0)
  }

  @Test func aSocketThatSomebodyPutInItsPlaceStays() throws {
    let folder = try SocketFolder()
    let other = Peer()
    do {
      let socket = try SensorSocket(path: folder.socket, catalogue: catalogue)
      unlink(folder.socket)
      #expect(other.bind(folder.socket) && socket.descriptor >= 0)
    }
    #expect(access(folder.socket, F_OK) == 0)
  }

  @Test func otherFailuresSayTheirMendOnOneLine() throws {
    #expect(
      error("/no/such/folder/s")?.description
        == "/no/such/folder/s: its folder is not there; create it, or give another path")
    let long = "/tmp/" + String(repeating: "x", count: 103)
    #expect(error(long)?.code == ENAMETOOLONG)
    for code in [EADDRINUSE, EEXIST, ENAMETOOLONG, ENOENT, EACCES, ENOMEM] {
      #expect(!SensorSocketError(path: "p", code: code).description.contains("\n"))
    }
  }

  @Test func aDatagramThatIsTooLongIsCountedAndTheNextOneRead() throws {
    let folder = try SocketFolder()
    let socket = try SensorSocket(path: folder.socket, catalogue: catalogue, largest: 64)
    let peer = Peer()
    let text = #"[{"n":"a","v":1}]"#
    for size in [64, 65, 5000] {
      #expect(peer.send(text + String(repeating: " ", count: size - text.utf8.count), to: folder.socket))
    }
    #expect(peer.send(text, to: folder.socket))
    var count = 0
    socket.drain(at: now, wall: nil) { _ in count += 1 }
    #expect(count == 2 && socket.counters.refused(.tooLarge) == 2)
    #expect(socket.counters.example(of: .tooLarge)?.hasPrefix("65 bytes, where 64 are read") == true)
  }

  /// The kernel lets the sender wait; a call reads so many and no more; what is beyond the rate is not read.
  @Test func aFloodIsBoundedAndNothingIsLostUncounted() throws {
    let folder = try SocketFolder()
    let socket = try SensorSocket(path: folder.socket, catalogue: catalogue)
    let peer = Peer()
    var (sent, refusedByKernel, calls, values) = (0, 0, 0, 0)
    for _ in 0..<3000 {
      if peer.send(#"[{"n":"a","v":1}]"#, to: folder.socket) {
        sent += 1
        continue
      }
      refusedByKernel += 1
      let before = socket.counters.datagrams
      socket.drain(at: now, wall: nil) { _ in values += 1 }
      #expect(socket.counters.datagrams - before <= UInt64(SensorSocket.mostPerDrain))
      calls += 1
    }
    while socket.drain(at: now, wall: nil, { _ in values += 1 }) {}
    #expect(refusedByKernel > 0 && calls > 0)
    #expect(socket.counters.datagrams == UInt64(sent) && values == SensorIntake.mostPerSecond)
    #expect(socket.counters.refused(.flood) == UInt64(sent - SensorIntake.mostPerSecond))
  }
}
