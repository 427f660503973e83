"""What receivers say on the acknowledgement topic: as much of MQTT 3.1.1 as a subscriber at QoS 0 needs."""
import socket
import time


class Acknowledgements:
    """The JSON documents that receivers publish below telltale/v1/+/ack, as bytes."""

    def __init__(self, port):
        end = time.monotonic() + 20
        while True:
            try:
                self.socket = socket.create_connection(("127.0.0.1", port))
                break
            except OSError:
                if time.monotonic() > end:
                    raise
                time.sleep(0.1)
        self.bytes = b""
        # Protocol level 4, clean session, no keep-alive.
        self.socket.sendall(self._packet(0x10, self._text(b"MQTT") + b"\x04\x02\x00\x00" + self._text(b"witness")))
        self.socket.sendall(self._packet(0x82, b"\x00\x01" + self._text(b"telltale/v1/+/ack") + b"\x00"))
        self.socket.setblocking(False)

    @staticmethod
    def _text(text):
        return len(text).to_bytes(2, "big") + text

    @staticmethod
    def _packet(kind, body):
        length, rest = b"", len(body)
        while True:
            length += bytes([rest % 128 + (128 if rest > 127 else 0)])
            rest //= 128
            if rest == 0:
                return bytes([kind]) + length + body

    def arrived(self):
        """What has come since the last call."""
        try:
            while True:
                chunk = self.socket.recv(65536)
                if not chunk:
                    break
                self.bytes += chunk
        except BlockingIOError:
            pass
        documents = []
        while True:
            packet = self._first()
            if packet is None:
                return documents
            kind, body = packet
            if kind >> 4 == 3:
                documents.append(body[2 + int.from_bytes(body[:2], "big"):])

    def _first(self):
        """Takes the first whole packet; None when there is none yet."""
        length = 0
        for place in range(4):
            if len(self.bytes) < 2 + place:
                return None
            length |= (self.bytes[1 + place] & 127) << 7 * place
            if self.bytes[1 + place] < 128:
                break
        end = 2 + place + length
        if len(self.bytes) < end:
            return None
        packet = self.bytes[0], self.bytes[2 + place:end]
        self.bytes = self.bytes[end:]
        return packet
