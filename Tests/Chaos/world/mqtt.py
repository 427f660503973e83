"""A small MQTT 3.1.1 client: it listens to acknowledgements, repeats them, and makes false ones."""
import socket
import struct
import threading
import time


def packet(kind, body):
    length, size = len(body), bytearray()
    while True:
        length, digit = divmod(length, 128)
        size.append(digit | (128 if length else 0))
        if not length:
            return bytes([kind]) + bytes(size) + body


def string(data):
    return struct.pack(">H", len(data)) + data


class Stranger(threading.Thread):
    """A client of the broker that is no part of Telltale. Connects again whenever it must; forgets nothing it heard."""

    def __init__(self, port):
        super().__init__(daemon=True)
        self.port = port
        self.socket = None
        self.is_ending = False
        # (topic, payload), the newest last.
        self.heard = []
        self.lock = threading.Lock()

    def run(self):
        while not self.is_ending:
            try:
                self.listen()
            except (OSError, EOFError, struct.error):
                time.sleep(0.2)
            finally:
                self.close()

    def listen(self):
        connection = socket.create_connection(("127.0.0.1", self.port), 2)
        connection.settimeout(10)
        connection.sendall(packet(0x10, string(b"MQTT") + b"\x04\x02" + struct.pack(">H", 30) + string(b"stranger")))
        stream = connection.makefile("rb")
        self.read(stream)
        connection.sendall(packet(0x82, b"\x00\x01" + string(b"telltale/v1/+/ack") + b"\x00"))
        self.socket = connection
        while not self.is_ending:
            try:
                kind, body = self.read(stream)
            except TimeoutError:
                # A file that timed out cannot be read on: a new connection is as good as a ping.
                return
            if kind & 0xF0 == 0x30:
                size = struct.unpack(">H", body[:2])[0]
                with self.lock:
                    self.heard = self.heard[-499:] + [(body[2 : 2 + size], body[2 + size :])]

    @staticmethod
    def read(stream):
        def byte():
            data = stream.read(1)
            if not data:
                raise EOFError
            return data[0]
        kind, length, shift = byte(), 0, 0
        while True:
            digit = byte()
            length |= (digit & 127) << shift
            shift += 7
            if digit < 128:
                break
        return kind, stream.read(length)

    def publish(self, topic, payload):
        """Whether the message could be handed over."""
        connection = self.socket
        if connection is None:
            return False
        try:
            connection.sendall(packet(0x30, string(topic) + payload))
            return True
        except OSError:
            return False

    def close(self):
        connection, self.socket = self.socket, None
        if connection is not None:
            connection.close()

    def end(self):
        self.is_ending = True
        self.close()
