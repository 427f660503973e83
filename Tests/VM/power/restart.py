"""After a power cut the real programs go on with what is there: daemon, broker and receiver are started on a copy."""
import os
import shutil
import signal
import socket
import subprocess
import time

from databases import Receiver, Vehicle
from examine import RECEIVER_FILE, VEHICLE_FILE

ATTEMPTS = 5


def _free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def _broker(folder, log):
    """A broker of our own: the process and its port."""
    for _ in range(ATTEMPTS):
        port = _free_port()
        with open(folder + "/mosquitto.conf", "w", encoding="utf-8") as file:
            file.write(f"listener {port} 127.0.0.1\nallow_anonymous true\npersistence false\n")
        program = shutil.which("mosquitto") or "/usr/sbin/mosquitto"
        process = subprocess.Popen([program, "-c", folder + "/mosquitto.conf"], stdout=log, stderr=log)
        for _ in range(100):
            try:
                socket.create_connection(("127.0.0.1", port)).close()
                if process.poll() is None:
                    return process, port
            except OSError:
                time.sleep(0.02)
            if process.poll() is not None:
                break
        process.kill()
        process.wait()
    raise OSError("no broker could be started")


def restart(share, files, promise):
    """Starts the programs of `share` on `files` and lets them end by themselves. Returns what went wrong."""
    folder = os.path.dirname(files)
    started = []
    with open(folder + "/programs.log", "w", encoding="utf-8") as log:
        try:
            broker, port = _broker(folder, log)
            started.append(broker)
            os.makedirs(files + "/receiver", exist_ok=True)
            with open(folder + "/receiver.yaml", "w", encoding="utf-8") as file:
                file.write(f"name: depot\nbroker: {{host: 127.0.0.1, port: {port}}}\n"
                           f"storage: sqlite:{files}/{RECEIVER_FILE}\n"
                           f"http: {{listen: \"unix:{folder}/receiver.sock\"}}\n")
            with open(share + "/telltale.yaml", encoding="utf-8") as file:
                settings = file.read().replace("port: 1883", f"port: {port}")
            with open(folder + "/telltale.yaml", "w", encoding="utf-8") as file:
                file.write(settings)
            receiver = subprocess.Popen(
                [share + "/telltale-receiver", "--config", folder + "/receiver.yaml"], stdout=log, stderr=log)
            started.append(receiver)
            # What is published before the receiver has subscribed is lost on the way and is sent again after the next
            # connection.
            for _ in range(ATTEMPTS):
                daemon = subprocess.run(
                    [share + "/telltaled", "--config", folder + "/telltale.yaml", "--state", files + "/vehicle",
                     "--socket", folder + "/socket", "--replay", share + "/last.log", "--exit-at-end"],
                    capture_output=True, text=True, timeout=120, check=False)
                if daemon.returncode or not _waiting(files):
                    break
            receiver.send_signal(signal.SIGTERM)
            receiver.wait(20)
        except subprocess.TimeoutExpired as error:
            return [f"{os.path.basename(error.cmd[0])} does not end"]
        finally:
            for process in started:
                process.kill()
                process.wait()
    if daemon.returncode:
        return [f"telltaled ended with code {daemon.returncode}: {daemon.stderr.strip().splitlines()[-1:]}"]
    return _outcome(files, promise)


def _waiting(files):
    """How many rows are in the outbox."""
    vehicle = Vehicle(f"{files}/{VEHICLE_FILE}")
    count = vehicle.rows("SELECT count(*) FROM outbox")[0][0]
    vehicle.close()
    return count


def _outcome(files, promise):
    flaws = []
    aside = [name for name in os.listdir(files + "/vehicle") if "damaged" in name]
    if aside:
        flaws.append(f"telltaled set a database aside: {', '.join(aside)}")
    vehicle, receiver = Vehicle(f"{files}/{VEHICLE_FILE}"), Receiver(f"{files}/{RECEIVER_FILE}")
    lasts, coverage = vehicle.lasts(), receiver.coverage()
    if _waiting(files):
        flaws.append(f"{_waiting(files)} rows still wait after the restart")
    for stream in lasts.keys() | promise["lasts"].keys():
        last = lasts.get(stream, 0)
        if last < promise["lasts"].get(stream, 0):
            flaws.append(f"after the restart {stream} ends with {last}, committed were {promise['lasts'][stream]}")
        if coverage.get(stream, []) != ([[1, last]] if last else []):
            flaws.append(f"after the restart the receiver has {coverage.get(stream)} of {stream} 1 to {last}")
    if receiver.conflicts():
        flaws.append("after the restart the receiver has conflicts")
    vehicle.close()
    receiver.close()
    return flaws
