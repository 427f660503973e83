"""The cable between the daemon's port and the simulated adapter: every line is noted, and it can be cut."""
import os
import select
import socket
import threading
import tty

from simulated import Heard, is_for_adapter


class Terminal:
    """A pseudo-terminal as the daemon's port."""

    def __init__(self):
        # The near side stays open here too: the far side must not end when the daemon closes it.
        self.descriptor, self.near = os.openpty()
        os.set_blocking(self.descriptor, False)
        tty.setraw(self.near)
        self.address = os.ttyname(self.near)

    def close(self):
        os.close(self.descriptor)
        os.close(self.near)


class Device:
    """The far side of a serial port that has one, such as a gadget's or a virtual machine's."""

    def __init__(self, path, address):
        self.descriptor = os.open(path, os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK)
        if os.isatty(self.descriptor):
            tty.setraw(self.descriptor)
        self.address = address

    def close(self):
        os.close(self.descriptor)


class Bridge:
    """Carries bytes both ways on a thread of its own, as long as it is whole."""

    def __init__(self, port, adapter):
        self.port = port
        self.adapter = adapter
        self.heard = Heard()
        self.lock = threading.RLock()
        self.is_whole = True
        self.pull = None  # called once in the middle of the next answer of the vehicle
        self.awaits_answer = False
        self.is_over = False
        threading.Thread(target=self.run, daemon=True).start()

    # Cutting and mending.

    def cut(self):
        """Nothing passes from now on; what waits on the way is lost, as it is with a plug."""
        with self.lock:
            self.is_whole = False
            self.awaits_answer = False

    def mend(self, with_power=True):
        """Whole again. With or without power in the meantime: from the vehicle's plug, or not."""
        with self.lock:
            if not with_power:
                self.adapter.power_cycle()
            for descriptor in self.port.descriptor, self.adapter.connection.fileno():
                while select.select([descriptor], [], [], 0)[0] and read(descriptor):
                    continue
            self.heard.forget_partial()
            self.is_whole = True

    def pull_in_next_answer(self, pull):
        """Returns an event that is set when `pull` was called, half of an answer having passed."""
        done = threading.Event()

        def cut_and_pull():
            self.cut()
            pull()
            done.set()
        with self.lock:
            self.pull = cut_and_pull
        return done

    def lower_voltage(self):
        """The adapter begins anew and says so; nothing that was under way is answered."""
        with self.lock:
            self.cut()
            self.mend(with_power=False)
            self.give(b"\r\rLV RESET\r\r>")

    def close(self):
        with self.lock:
            self.is_over = True
            self.port.close()

    # The thread.

    def run(self):
        while True:
            try:
                near, far = self.port.descriptor, self.adapter.connection.fileno()
                ready, _, _ = select.select([near, far] if self.is_whole else [near], [], [], 0.05)
            except (OSError, ValueError):  # closed meanwhile
                return
            with self.lock:
                if self.is_over:
                    return
                if near in ready:
                    self.carry_command()
                if far in ready and self.is_whole:
                    self.carry_answer()

    def carry_command(self):
        data = read(self.port.descriptor)
        if not self.is_whole or not data:
            return
        for line in self.heard.take(data):
            self.awaits_answer = bool(line) and not is_for_adapter(line)
        try:
            self.adapter.connection.sendall(data)
        except OSError:
            pass  # it has ended; whoever made it says so

    def carry_answer(self):
        try:
            data = self.adapter.connection.recv(4096, socket.MSG_DONTWAIT)
        except OSError:
            data = b""
        if not data:
            return
        # An echo is no answer: half of one that has digits of its own.
        if self.pull and self.awaits_answer and b"41" in data:
            self.give(data[:len(data) // 2])
            pull, self.pull = self.pull, None
            pull()
        else:
            self.give(data)

    def give(self, data):
        """What the port does not take within a second is lost, as with a line that nobody reads."""
        while data and select.select([], [self.port.descriptor], [], 1)[1]:
            data = data[os.write(self.port.descriptor, data):]


def read(descriptor):
    try:
        return os.read(descriptor, 4096)
    except OSError:
        return b""
