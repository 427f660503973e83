"""Real traffic among the garbage: a truck's engine whose oil pressure steps each second, and what is made of it."""
import socket
import struct
import threading
import time

EXTENDED = 0x80000000


class Beacon:
    """Sends and looks until `stop`. A look is right when the signal is valid and no older than the last steps."""

    IDENTIFIER = "18FEEF00"  # engine fluid levels and pressures: byte 4 is the oil pressure, 4 kPa a bit
    ENGINE = "0CF00400"  # electronic engine controller: 1,500 rpm, so that the vehicle counts as awake
    SIGNAL = "Vehicle.Powertrain.CombustionEngine.EOP"

    def __init__(self, interface, daemon):
        self.daemon = daemon
        self.sent = 0
        self.right, self.looks, self.wrong = 0, 0, []
        self.socket = socket.socket(socket.AF_CAN, socket.SOCK_RAW, socket.CAN_RAW)
        self.socket.setsockopt(socket.SOL_CAN_RAW, socket.CAN_RAW_FILTER, b"")
        self.socket.bind((interface,))
        self.began = time.monotonic()
        self.is_over = threading.Event()
        self.threads = [threading.Thread(target=work, daemon=True) for work in (self.send, self.look)]
        for thread in self.threads:
            thread.start()

    def step(self):
        return int(time.monotonic() - self.began)

    def send(self):
        while not self.is_over.wait(0.05):
            pressure = 10 + self.step() % 100
            for identifier, payload in ((self.IDENTIFIER, bytes([255, 255, 255, pressure, 255, 255, 255, 255])),
                                        (self.ENGINE, bytes([255, 255, 255, 0xE0, 0x2E, 255, 255, 255]))):
                frame = struct.pack("=IB3x8s", int(identifier, 16) | EXTENDED, 8, payload)
                while not self.is_over.is_set():
                    try:
                        self.socket.send(frame)
                        self.sent += 1
                        break
                    except OSError:  # the queue is full
                        time.sleep(0.002)

    def look(self):
        self.is_over.wait(1.5)
        while not self.is_over.wait(0.5):
            step = self.step()
            try:
                found = self.daemon.get("signals/" + self.SIGNAL)
            except OSError as error:
                found = {"error": str(error)}
            self.looks += 1
            wanted = [4 * (10 + (step + back) % 100) for back in (-2, -1, 0, 1)]
            if found.get("validity") == "valid" and found.get("value") in wanted:
                self.right += 1
            else:
                self.wrong.append(found)

    def stop(self):
        self.is_over.set()
        for thread in self.threads:
            thread.join()
        self.socket.close()
        return self.right, self.looks
