"""The load suite, run where the interfaces are: `load.py [--send-on INTERFACE] INTERFACE...`, see test-bus-load."""
import json
import os
import signal
import statistics
import subprocess
import sys
import time

from daemon import Daemon, Failure, confined, process_cpu_ns
from links import arguments, counter, is_virtual, make_virtual, report

RATE = float(os.environ["RATE"])
LOAD_SECONDS = float(os.environ["LOAD_SECONDS"])
STEP_SECONDS = float(os.environ["STEP_SECONDS"])
COMPARE_SECONDS = float(os.environ["COMPARE_SECONDS"])
ROUNDS = int(os.environ["ROUNDS"])
CANDUMP_RATIO = float(os.environ["CANDUMP_RATIO"])
PACKS = os.environ["PACKS"].split()
STEP = 2.0  # each rate of the search beside the one before
STEPS = 6
WARM_UP = 1.0  # seconds of traffic before CPU time counts that is compared
LAG_EVERY = 5.0  # seconds between two looks at the lag: looking costs the daemon time


def shares():
    """Processors for the sender and for a reader that is compared. Apart, for a reader that happens to be put beside the
    sender pays in an emulator for each change between the two; where there is but one processor, both have that."""
    ours = sorted(os.sched_getaffinity(0))
    return (set(ours[:1]), set(ours[1:])) if len(ours) > 1 else (None, None)


SENDER, READER = shares()


class Traffic:
    """What comes onto the interfaces: bus-load's, or, on a real bus without a sender, what is there anyway."""

    def __init__(self, interfaces, sender):
        self.interfaces = interfaces
        self.sender = sender
        self.all_virtual = all(is_virtual(name) for name in interfaces)
        self.is_ours = sender is not None or self.all_virtual

    def counters(self):
        """Frames on the bus so far, by interface: a virtual one counts only what this machine sends."""
        name_of = "tx_packets" if self.all_virtual else "rx_packets"
        return {name: counter(name, name_of) for name in self.interfaces}

    def run(self, rate, seconds, watch=lambda: None, processors=None):
        """Frames that came onto each interface, and bus-load's report (empty for foreign traffic)."""
        before = self.counters()
        if not self.is_ours:
            end = time.monotonic() + seconds
            while time.monotonic() < end:
                watch()
                time.sleep(0.2)
            return {name: count - before[name] for name, count in self.counters().items()}, {}
        load = subprocess.Popen(
            ["bin/bus-load", "--log", "traffic.log", "--seed", os.environ["SEED"], "--rate", str(rate),
             "--seconds", str(seconds), *([self.sender] if self.sender else self.interfaces)],
            stdout=subprocess.PIPE, preexec_fn=confined(processors))
        while load.poll() is None:
            watch()
            time.sleep(0.2)
        answer = load.stdout.read()
        if load.returncode != 0:
            raise Failure(f"bus-load ended with code {load.returncode}")
        told = json.loads(answer)
        return {name: told["sent"][self.sender or name] for name in self.interfaces}, told


class Run:
    """A daemon of its own under one stretch of traffic, and what both counted."""

    def __init__(self, log, traffic, rate, seconds, is_watched=False, is_compared=False):
        names = traffic.interfaces
        self.lags, self.looked = [], time.monotonic()
        daemon = Daemon(log, PACKS, [f"can: {name}" for name in names])
        daemon.start(READER if is_compared else None)
        sender = SENDER if is_compared else None
        try:
            if is_compared:
                traffic.run(rate, WARM_UP, processors=sender)
                daemon.settled(names, patience=1.0)
            first, before = daemon.received(names), traffic.counters()
            cpu, threads, began = daemon.cpu_ns(), daemon.threads_cpu_ns(), time.monotonic()

            def watch():
                if is_watched and time.monotonic() - self.looked >= LAG_EVERY:
                    self.look(daemon, traffic, before, first)

            self.sent, self.told = traffic.run(rate, seconds, watch, sender)
            self.seconds = time.monotonic() - began
            wanted = {name: first[name] + self.sent[name] for name in names}
            last = None if is_compared else daemon.settled(names, wanted if traffic.is_ours else None)
            # Asking costs the daemon what hundreds of frames do, and no rival is asked.
            if is_compared:
                time.sleep(0.5)
            self.cpu_ns = daemon.cpu_ns() - cpu
            self.threads = {name: spent - threads.get(name, 0) for name, spent in daemon.threads_cpu_ns().items()}
            last = last or daemon.settled(names, wanted if traffic.is_ours else None)
            self.received = {name: last[name] - first[name] for name in names}
            sources = daemon.sources()
            self.dropped = sum(sources[name]["dropped"] for name in names)
            self.decoded = daemon.get("status")["frames"]["decoded"]
            self.resident = daemon.memory_kib()
            self.events = daemon.event_counts()
        finally:
            daemon.stop()
        self.frames = sum(self.sent.values())
        lost = sum(max(0, self.sent[name] - self.received[name]) for name in names) if traffic.is_ours else 0
        self.lost = max(lost, self.dropped)
        self.per_frame = self.cpu_ns / max(1, self.frames)

    def look(self, daemon, traffic, before, first):
        """How long until the daemon shows all frames that are on the bus now."""
        began, now = time.monotonic(), traffic.counters()
        while traffic.is_ours and not traffic.sender:
            received = daemon.received(traffic.interfaces)
            if all(received[name] - first[name] >= now[name] - before[name] for name in received):
                self.lags.append(time.monotonic() - began)
                break
            if time.monotonic() - began > LAG_EVERY:
                self.lags.append(LAG_EVERY)
                break
            time.sleep(0.02)
        self.looked = time.monotonic()


def rival(command, environment, traffic):
    """A reader in a run of its own: CPU time in nanoseconds, frames on the bus, and what it printed at its end."""
    with open("/dev/null", "w", encoding="ascii") as nowhere:
        is_counting = command[0] != "candump"
        reader = subprocess.Popen(command, env={**os.environ, **environment}, preexec_fn=confined(READER),
                                  stdout=subprocess.PIPE if is_counting else nowhere)
    try:
        if is_counting:
            reader.stdout.readline()  # it is ready
        else:
            time.sleep(1)
            traffic.run(RATE, WARM_UP, processors=SENDER)
            time.sleep(0.5)
        cpu = process_cpu_ns(reader.pid)
        sent, _ = traffic.run(RATE, COMPARE_SECONDS, processors=SENDER)
        # Until it has read what is left in its buffer.
        while True:
            spent = process_cpu_ns(reader.pid)
            time.sleep(0.5)
            if process_cpu_ns(reader.pid) - spent < 10_000_000:
                break
        spent = process_cpu_ns(reader.pid) - cpu
    finally:
        reader.send_signal(signal.SIGTERM)
        printed = reader.communicate()[0]
    return spent, sum(sent.values()), printed


def compare(traffic):
    """CPU time per frame in ns, by ROUNDS runs of the daemon and of candump in turn, and one of python-can."""
    ours, candump = [], []
    for turn in range(ROUNDS):
        run = Run(f"compare{turn}", traffic, RATE, COMPARE_SECONDS, is_compared=True)
        if run.lost:
            raise Failure(f"{run.lost} of {run.frames} frames were lost while being compared")
        ours.append(run.per_frame)
        # What it may have lost counts as read: that only makes the target harder.
        spent, frames, _ = rival(["candump", *traffic.interfaces], {}, traffic)
        candump.append(spent / max(1, frames))
    # One bus object that hears every interface is python-can's cheapest way; it reads what it can, and that counts.
    channel = traffic.interfaces[0] if len(traffic.interfaces) == 1 else ""
    command = ["python3", "-B", "python_can_reader.py", channel]
    spent, frames, printed = rival(command, {"PYTHONPATH": "python-can"}, traffic)
    read = int(printed)
    print(f"python-can read {read} of {frames} frames", file=sys.stderr)
    print("ns per frame, telltaled:", *map(round, ours), "candump:", *map(round, candump), file=sys.stderr)
    return ours, candump, spent / max(1, read)


def highest_rate(traffic):
    """The highest rate a second and interface without loss; why the search ended."""
    best, rate = 0.0, RATE * STEP
    for step in range(STEPS):
        run = Run(f"step{step}", traffic, rate, STEP_SECONDS)
        reached = run.told["rate"]
        print(f"{rate:.0f} frames/s wanted, {reached:.0f} sent, {run.lost} lost", file=sys.stderr)
        if run.lost:
            return best, "then loss"
        best = reached
        if reached < 0.9 * rate:
            return best, "then the sender's limit"
        rate *= STEP
    return best, "and the search ended"


def suite():
    options = arguments("load.py")
    if not options.here:
        make_virtual(options.interfaces)
    traffic = Traffic(options.interfaces, options.sender)

    run = Run("steady", traffic, RATE, LOAD_SECONDS, is_watched=True)
    print(json.dumps({"sent": run.sent, "received": run.received, "threads": run.threads}), file=sys.stderr)
    print(f"bus-load: {run.told}; events: {run.events}", file=sys.stderr)
    if run.lost:
        raise Failure(f"{run.lost} of {run.frames} frames lost: on the bus {run.sent}, received {run.received}, "
                      f"dropped by the sockets {run.dropped}")
    if traffic.is_ours and run.decoded < run.frames * 0.9:
        raise Failure(f"only {run.decoded} of {run.frames} frames of these packs' traffic were decoded")
    rate = run.told.get("rate", run.frames / len(options.interfaces) / run.seconds)
    summary = [f"{len(options.interfaces)} x {rate:.0f} frames/s for "
               f"{run.seconds:.0f} s: {run.frames} on the bus, {sum(run.received.values())} received, 0 lost, "
               f"{run.decoded} decoded"]
    if run.lags:
        summary.append(f"shown within {max(run.lags):.1f} s")
    threads = ", ".join(f"{name} {spent / run.seconds / 1e7:.1f}" for name, spent in
                        sorted(run.threads.items(), key=lambda thread: -thread[1])[:3])
    summary.append(f"CPU {run.cpu_ns / run.seconds / 1e7:.1f} % of a core ({threads})")
    summary.append(f"resident {run.resident / 1024:.1f} MiB")

    # A real bus has a rate of its own.
    if STEP_SECONDS and traffic.all_virtual:
        rate, why = highest_rate(traffic)
        summary.append(f"highest rate without loss {len(options.interfaces)} x {rate:.0f}/s, {why}")
    if COMPARE_SECONDS:
        ours, candump, python = compare(traffic)
        # Neighbouring runs are compared: the machine below the virtual one is not always equally fast.
        ratio = statistics.median(our / its for our, its in zip(ours, candump))
        ours, candump = statistics.median(ours), statistics.median(candump)
        summary.append(f"CPU per frame {ours / 1000:.2f} us, candump {candump / 1000:.2f} us "
                       f"(ratio {ratio:.2f}), python-can {python / 1000:.1f} us (ratio {ours / python:.3f})")
        if ratio > CANDUMP_RATIO:
            raise Failure("; ".join(summary) + f"; wanted: at most {CANDUMP_RATIO:g} of candump")
    return "; ".join(summary)


report("test-bus-load", suite)
