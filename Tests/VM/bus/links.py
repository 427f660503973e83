"""CAN interfaces, and how a suite is called and ends."""
import argparse
import json
import os
import subprocess
import sys
import threading
import traceback

from daemon import Failure, await_true


def exists(interface):
    return os.path.isdir(f"/sys/class/net/{interface}")


def is_virtual(interface):
    """Whether nobody outside of this machine hears what is sent there. Its place in /sys does not tell: a serial
    adapter on a car's bus stands among the virtual devices there."""
    told = subprocess.run(["ip", "-details", "-json", "link", "show", "dev", interface], capture_output=True, text=True,
                          check=False)
    links = json.loads(told.stdout or "[]")
    return any(link.get("linkinfo", {}).get("info_kind") in ("vcan", "vxcan") for link in links)


def counter(interface, name):
    with open(f"/sys/class/net/{interface}/statistics/{name}", encoding="ascii") as file:
        return int(file.read())


def ip(*words):
    """Runs ip(8); fails with its own words."""
    done = subprocess.run(["ip", *words], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise Failure(f"ip {' '.join(words)}: {done.stderr.strip()}")


def make_virtual(interfaces):
    """Those that do not exist become vcan interfaces for CAN FD; all are up afterwards."""
    for name in interfaces:
        if not exists(name):
            ip("link", "add", "dev", name, "type", "vcan")
            ip("link", "set", "dev", name, "mtu", "72", "up")


class Adapter:
    """A serial CAN adapter at the far end of a pseudo-terminal, played by slcan-adapter; switched on and active."""

    def __init__(self):
        subprocess.run(["modprobe", "slcan"], check=True)
        self.interface = None
        self.transmitted = 0
        self.process = subprocess.Popen(["bin/slcan-adapter"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        # The kernel's side waits for an adapter that does not read.
        threading.Thread(target=self.listen, daemon=True).start()
        self.await_interface()

    def listen(self):
        for line in self.process.stdout:
            if line.startswith("interface "):
                self.interface = line.split()[1]
            elif line.startswith(("adapter got t", "adapter got T", "adapter got r", "adapter got R")):
                self.transmitted += 1

    def await_interface(self):
        await_true(lambda: self.interface and exists(self.interface), 10, "the adapter's interface")
        self.switch_on()

    def switch_on(self):
        ip("link", "set", "dev", self.interface, "type", "can", "bitrate", "500000")
        ip("link", "set", "dev", self.interface, "up")

    def switch_off(self):
        ip("link", "set", "dev", self.interface, "down")

    def tell(self, command):
        self.process.stdin.write(command + "\n")
        self.process.stdin.flush()

    def unplug(self):
        self.tell("unplug")

    def plug(self):
        self.interface = None
        self.tell("plug")
        self.await_interface()

    def stop(self):
        self.process.kill()
        self.process.wait()


def arguments(program):
    parser = argparse.ArgumentParser(prog=program)
    parser.add_argument("--here", action="store_true", help="make no interface")
    parser.add_argument("--send-on", dest="sender", metavar="INTERFACE")
    parser.add_argument("interfaces", nargs="*")
    return parser.parse_args()


def report(name, suite):
    """Runs the suite and ends the program: one summary line; exit code 0, or 1 when the test failed."""
    try:
        print(f"{name}: {suite()}")
    except Failure as failure:
        print(failure)
        sys.exit(1)
    except Exception:  # a mistake of the suite's own
        traceback.print_exc()
        sys.exit(3)
