"""Load without a daemon: vehicles at a steady pace, and as many events as go."""
import asyncio
import random
import time

from programs import cpu_seconds, memory, quantile, until

WINDOW = 256


def use(programs, before, elapsed):
    """What the programs took of the machine since `before`."""
    result = {}
    for name, process in programs.items():
        result[name + "_cpu_percent"] = (cpu_seconds(process) - before[name]) / elapsed * 100
        result[name + "_rss_mb"] = memory(process, "VmRSS")
    return result


async def steady(bench, count, seconds, frame):
    lags, open_records = [], {}

    def acknowledged(vehicle, lane, first, last):
        now = time.monotonic()
        for number in range(first, last + 1):
            lags.append(now - open_records.pop((vehicle.name, lane, number)))

    vehicles = await bench.connect(count, acknowledged)
    plan = sorted((random.uniform(0, seconds), i, lane) for i in range(count) for lane in ("events", "telemetry")
                  for _ in range(max(1, round(seconds / 60))))
    programs = {"receiver": bench.receiver, "broker": bench.broker}
    before = {name: cpu_seconds(process) for name, process in programs.items()}
    begun = time.monotonic()
    late = 0.0
    for moment, i, lane in plan:
        wait = begun + moment - time.monotonic()
        if wait > 0:
            await asyncio.sleep(wait)
        late = max(late, -wait)
        vehicle = vehicles[i]
        payload = vehicle.event() if lane == "events" else vehicle.telemetry(frame)
        open_records[(vehicle.name, lane, vehicle.sequence[lane])] = begun + moment
        vehicle.send(lane, payload)
        vehicle.flush()
    await until(lambda: not open_records, 20)
    elapsed = time.monotonic() - begun
    result = {"vehicles": count, "records": len(plan), "records_per_s": len(plan) / elapsed,
              "lag_p50_ms": quantile(lags, 0.5) * 1e3, "lag_p99_ms": quantile(lags, 0.99) * 1e3,
              "lag_max_ms": max(lags, default=float("nan")) * 1e3, "generator_late_ms": late * 1e3}
    for vehicle in vehicles:
        vehicle.transport.close()
    return result | use(programs, before, elapsed)


async def burst(bench, events, count):
    each = events // count
    sent_at, lags = {}, []
    done = 0

    def acknowledged(vehicle, lane, first, last):
        nonlocal done
        now = time.monotonic()
        done += last - first + 1
        lags.extend(now - sent_at.pop((vehicle.name, number)) for number in range(first, last + 1))
        fill(vehicle)

    def fill(vehicle):
        while vehicle.prepared and vehicle.next - vehicle.committed["events"] <= WINDOW:
            sent_at[(vehicle.name, vehicle.next)] = time.monotonic()
            vehicle.send("events", vehicle.prepared.pop())
            vehicle.next += 1
        vehicle.flush()

    vehicles = await bench.connect(count, acknowledged)
    for vehicle in vehicles:
        vehicle.prepared, vehicle.next = [vehicle.event() for _ in range(each)][::-1], 1
    programs = {"receiver": bench.receiver, "broker": bench.broker}
    before = {name: cpu_seconds(process) for name, process in programs.items()}
    own = time.process_time()
    commits = bench.metrics()["commits_total"]
    begun = time.monotonic()
    for vehicle in vehicles:
        fill(vehicle)
    await until(lambda: done == each * count, 300)
    elapsed = time.monotonic() - begun
    result = {"events": each * count, "events_per_s": done / elapsed, "lag_p50_ms": quantile(lags, 0.5) * 1e3,
              "lag_p99_ms": quantile(lags, 0.99) * 1e3,
              "events_per_commit": done / max(1, bench.metrics()["commits_total"] - commits),
              "generator_cpu_percent": (time.process_time() - own) / elapsed * 100}
    for vehicle in vehicles:
        vehicle.transport.close()
    return result | use(programs, before, elapsed)
