"""A second socket that counts everything on a bus, whoever sent it."""
import select
import socket
import threading


class Witness:
    """Counts from its making until `stop`."""

    def __init__(self, interface):
        self.count = 0
        self.socket = socket.socket(socket.AF_CAN, socket.SOCK_RAW, socket.CAN_RAW)
        self.socket.setsockopt(socket.SOL_CAN_RAW, socket.CAN_RAW_FD_FRAMES, 1)
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 22)
        self.socket.bind((interface,))
        self.is_over = threading.Event()
        self.thread = threading.Thread(target=self.listen, daemon=True)
        self.thread.start()

    def listen(self):
        while True:
            ready, _, _ = select.select([self.socket], [], [], 0.2)
            if ready:
                try:
                    self.socket.recv(72)
                except OSError:
                    return
                self.count += 1
            elif self.is_over.is_set():
                return

    def stop(self):
        """How many frames there were, once the socket is empty."""
        self.is_over.set()
        self.thread.join()
        self.socket.close()
        return self.count
