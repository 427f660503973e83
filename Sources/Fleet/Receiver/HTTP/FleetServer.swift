// HTTP around the fleet API: Hummingbird listens, `FleetAPI` answers.
import Glibc
import Hummingbird
import Logging
import Synchronization

struct FleetServer: Sendable {
  private let settings: ReceiverSettings
  private let logger: Logger
  private let api: FleetAPI

  init(
    _ settings: ReceiverSettings, logger: Logger, reader: any FleetReader,
    counters: @escaping @Sendable () -> IngestCounters
  ) {
    self.settings = settings
    self.logger = logger
    api = FleetAPI(
      name: settings.name, reader: reader, counters: counters, wall: { clockNanoseconds(CLOCK_REALTIME) })
  }

  /// Serves until the task is cancelled.
  /// - Throws: `ReceiverError` when it cannot listen.
  func run() async throws {
    let address: BindAddress
    switch settings.listen {
    case .tcp(let host, let port): address = .hostname(host, port: port)
    case .unix(let path):
      // A socket that a killed predecessor left behind; anything else in its place is not ours to remove.
      var status = stat()
      if lstat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFSOCK { unlink(path) }
      address = .unixDomainSocket(path: path)
    }
    let startError = Mutex<ReceiverError?>(nil)
    let hasStarted = Mutex(false)
    var quiet = logger
    quiet.logLevel = .critical
    let api = api
    let application = Application(
      responder: CallbackResponder { (request: Request, _: BasicRequestContext) in await respond(to: request, api) },
      configuration: ApplicationConfiguration(address: address, serverName: nil),
      onServerRunning: { channel in
        hasStarted.withLock { $0 = true }
        do throws(ReceiverError) {
          try announce(port: channel.localAddress?.port)
        } catch {
          startError.withLock { $0 = error }
          try? await channel.close()
        }
      },
      logger: quiet)
    do {
      try await application.run()
    } catch is CancellationError {
    } catch {
      if !hasStarted.withLock({ $0 }) { throw ReceiverError.http(String(describing: error)) }
      if !Task.isCancelled { throw error }
    }
    if let error = startError.withLock({ $0 }) { throw error }
  }

  private func announce(port: Int?) throws(ReceiverError) {
    switch settings.listen {
    case .unix(let path): logger.info("fleet API on unix:\(path)")
    case .tcp(let host, let asked): logger.info("fleet API and page on http://\(host):\(port ?? asked)/")
    }
    guard let port, let path = settings.portFile else { return }
    guard let file = fopen(path, "we") else {
      throw .portFile(path: path, reason: strerror(errno).map { String(cString: $0) } ?? "unknown error")
    }
    fputs(String(port) + "\n", file)
    guard fclose(file) == 0 else { throw .portFile(path: path, reason: "the disk is full") }
  }
}

private func respond(to request: Request, _ api: FleetAPI) async -> Response {
  var answer: Answer
  if request.method == .get || request.method == .head {
    answer = await api.answer(
      path: request.uri.path, parameters: request.uri.queryParameters.map { (String($0.key), String($0.value)) })
  } else {
    answer = .error(405, "only GET is served here")
  }
  var headers: HTTPFields = [
    .contentType: answer.contentType, .cacheControl: "no-store", .xContentTypeOptions: "nosniff",
    .contentSecurityPolicy: "default-src 'none'; style-src 'unsafe-inline'",
  ]
  headers[.contentLength] = String(answer.body.count)
  let body = request.method == .head ? ResponseBody() : ResponseBody(byteBuffer: ByteBuffer(bytes: answer.body))
  return Response(status: .init(code: answer.status), headers: headers, body: body)
}
