"""The USB serial adapter of the virtual machine (`Tests/VM/run --usb-serial`): plugged in and pulled out over QMP."""
import json
import os
import subprocess
import threading

from daemon import Failure, await_true


def virtio_port(name):
    """Found without udev."""
    for entry in os.listdir("/sys/class/virtio-ports"):
        with open(f"/sys/class/virtio-ports/{entry}/name", encoding="ascii") as file:
            if file.read().strip() == name:
                return "/dev/" + entry
    raise Failure(f"there is no virtio port {name}: was the machine started with --usb-serial?")


class USBSerial:
    """Its far side is the virtio port vm.serial."""

    PORT = "/dev/ttyUSB0"

    def __init__(self):
        subprocess.run(["modprobe", "-a", "xhci_pci", "ftdi_sio"], check=True)
        self.far = virtio_port("vm.serial")
        self.monitor = os.open(virtio_port("vm.qmp"), os.O_RDWR)
        self.buffer = b""
        self.lock = threading.Lock()
        self.plugged, self.asked = 0, 0
        self.ask("qmp_capabilities")

    def plug(self):
        self.plugged += 1
        self.ask("device_add", driver="usb-serial", chardev="serial", id=f"adapter{self.plugged}", bus="usb.0",
                 **{"always-plugged": True})

    def pull(self):
        self.ask("device_del", id=f"adapter{self.plugged}")
        await_true(lambda: not os.path.exists("/sys/class/tty/ttyUSB0"), 10, "the end of the USB device")

    def ask(self, command, **arguments):
        with self.lock:
            self.asked += 1
            tag = self.asked
            os.write(self.monitor, json.dumps({"execute": command, "arguments": arguments, "id": tag}).encode() + b"\n")
            while True:
                told = json.loads(self.line())
                if told.get("id") == tag:
                    if "error" in told:
                        raise Failure(f"QMP {command}: {told['error']['desc']}")
                    return told["return"]

    def line(self):
        while b"\n" not in self.buffer:
            self.buffer += os.read(self.monitor, 65536)
        line, self.buffer = self.buffer.split(b"\n", 1)
        return line
