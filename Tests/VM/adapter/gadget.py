"""In the guest of test-service: an adapter that says what it is, on USB (a gadget of this machine, cdc_acm), and a
daemon that waits for `serial: obd-*`."""
import grp
import json
import os
import subprocess
import sys
import time

from bridge import Bridge, Device
from daemon import Failure, await_true
from simulated import SimulatedAdapter

GADGET = "/sys/kernel/config/usb_gadget/adapter"
LINK = "/dev/telltale/obd-12345"


def write(name, text):
    with open(f"{GADGET}/{name}", "w", encoding="ascii") as file:
        file.write(text + "\n")


def make_gadget():
    subprocess.run(["modprobe", "-a", "dummy_hcd", "libcomposite", "usb_f_acm", "cdc_acm"], check=True)
    os.makedirs("/sys/kernel/config", exist_ok=True)
    if not os.path.ismount("/sys/kernel/config"):
        subprocess.run(["mount", "-t", "configfs", "none", "/sys/kernel/config"], check=True)
    for folder in "strings/0x409", "configs/c.1", "functions/acm.0":
        os.makedirs(f"{GADGET}/{folder}")
    for name, text in {
            "idVendor": "0x0403", "idProduct": "0x6015", "strings/0x409/manufacturer": "ScanTool.net LLC",
            "strings/0x409/product": "OBDLink SX", "strings/0x409/serialnumber": "12345"}.items():
        write(name, text)
    os.symlink(f"{GADGET}/functions/acm.0", f"{GADGET}/configs/c.1/acm.0")


def plug():
    write("UDC", os.listdir("/sys/class/udc")[0])


def pull():
    write("UDC", "")


def telltale(what):
    done = subprocess.run(["telltale", what, "--json"], capture_output=True, text=True, check=False)
    return json.loads(done.stdout) if done.returncode == 0 else []


def reading():
    """Of the engine's speed, if there is a fresh one."""
    return [signal for signal in telltale("signals") if signal["path"].endswith("CombustionEngine.Speed")
            and signal["validity"] == "valid"]


def main():
    make_gadget()
    adapter = SimulatedAdapter(program="telltale").connect()
    adapter.start_engine()
    for turn in "plugged in", "plugged in again":
        begun = time.monotonic()
        plug()
        await_true(lambda: os.path.exists("/dev/ttyGS0"), 10, "the gadget")
        bridge = Bridge(Device("/dev/ttyGS0", LINK), adapter)
        await_true(lambda: os.path.exists(LINK), 10, f"{LINK}, {turn}")
        group = grp.getgrgid(os.stat(LINK).st_gid).gr_name
        if group != "telltale":
            raise Failure(f"{LINK} belongs to the group {group}")
        await_true(reading, 30, f"a reading, {turn}")
        print(f"adapter {turn}: {LINK} -> {os.path.realpath(LINK)}, a reading after {time.monotonic() - begun:.1f} s")
        print(telltale("sources")[0]["adapter"]["text"])
        bridge.close()
        pull()
        await_true(lambda: not os.path.exists(LINK), 10, "the end of the link")
        await_true(lambda: telltale("sources")[0]["adapter"]["state"] == "closed", 10, "the state without adapter")
        # What was read before is no reading any more.
        await_true(lambda: not reading(), 60, "the end of the readings")
        adapter.power_cycle()
    adapter.kill()


try:
    main()
except Failure as failure:
    print(failure)
    sys.exit(1)
