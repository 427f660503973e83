"""Hands a recording to a daemon through a pipe at a pace, and knows how far the daemon has read it."""
import array
import bisect
import collections
import fcntl
import os
import struct
import termios

# What a parked hour is cut down to, recorded seconds: nothing is sent meanwhile.
PARKED = 20.0
PIPE = 16384
F_SETPIPE_SZ = 1031


class Recording:
    """A candump log in memory: where each line begins, when it was, and its time without what was parked."""

    def __init__(self, path):
        with open(path, "rb") as file:
            self.text = file.read()
        self.offsets, self.times, self.axis = array.array("q"), array.array("d"), array.array("d")
        offset, before, driven = 0, None, 0.0
        for line in self.text.split(b"\n"):
            if line:
                time = float(line[1 : line.index(b")")])
                driven += 0.0 if before is None else min(time - before, PARKED)
                before = time
                self.offsets.append(offset)
                self.times.append(time)
                self.axis.append(driven)
            offset += len(line) + 1

    @property
    def seconds(self):
        """How long it takes at the recorded pace, parked time left out."""
        return self.axis[-1]

    def line(self, offset):
        """The first line that begins at `offset` or later."""
        return bisect.bisect_left(self.offsets, offset)

    def time(self, offset):
        """When the line at `offset` was recorded; of the end, when the last one was."""
        return self.times[max(0, min(bisect.bisect_right(self.offsets, offset) - 1, len(self.times) - 1))]

    def offset(self, axis):
        """Up to where the recording is through at a time on the axis."""
        line = bisect.bisect_right(self.axis, axis)
        return self.offsets[line] if line < len(self.offsets) else len(self.text)


class Feed:
    """The way of a recording into one process after the other. Belongs to one thread at a time."""

    def __init__(self, recording, speed):
        self.recording = recording
        self.speed = speed
        self.axis = 0.0
        self.limit = recording.seconds
        self.begin = self.sent = 0
        self.read_end = self.write_end = None
        # Seconds that the present process has run freely, and how far it had read then.
        self.ran = 0.0
        self.history = collections.deque()

    def open(self):
        """A new pipe from where the process before had read; returns the end that the daemon reads."""
        self.read_end, self.write_end = os.pipe()
        fcntl.fcntl(self.write_end, F_SETPIPE_SZ, PIPE)
        os.set_blocking(self.write_end, False)
        self.sent = self.begin
        self.ran = 0.0
        self.history.clear()
        # A daemon says nothing before it has seen the first frames.
        self.axis = self.recording.axis[min(self.recording.line(self.begin), len(self.recording.axis) - 1)] + 1
        return self.read_end

    @property
    def consumed(self):
        """How many bytes of the recording have been read."""
        if self.read_end is None:
            return self.begin
        waiting = struct.unpack("i", fcntl.ioctl(self.read_end, termios.FIONREAD, b"\0\0\0\0"))[0]
        return self.sent - waiting

    @property
    def is_through(self):
        return self.consumed >= len(self.recording.text)

    @property
    def is_held(self):
        """Whether all has been handed over that may be."""
        return self.sent >= min(self.recording.offset(self.limit), len(self.recording.text))

    def pump(self, seconds, runs_freely):
        """Hands over what is due after so many more seconds; `runs_freely`: neither stopped nor out of disk."""
        if self.write_end is None:
            return
        if runs_freely:
            self.ran += seconds
            self.axis = max(self.axis, min(self.axis + seconds * self.speed, self.limit))
        self.history.append((self.ran, self.consumed))
        while len(self.history) > 2 and self.history[1][0] < self.ran - 10:
            self.history.popleft()
        due = self.recording.offset(self.axis)
        while self.sent < due:
            try:
                self.sent += os.write(self.write_end, self.recording.text[self.sent : min(due, self.sent + PIPE)])
            except (BlockingIOError, BrokenPipeError):
                # What the daemon does not take waits; it is not made up for in one rush.
                self.axis = min(self.axis, self.recording.axis[self.recording.line(self.sent)] + self.speed / 2)
                break

    def finish(self):
        """Says that the recording is over, once all of it is written."""
        if self.write_end is not None:
            os.close(self.write_end)
            self.write_end = None

    def before(self, seconds):
        """How far the process had read so many seconds of free running ago."""
        found = self.begin
        for ran, consumed in self.history:
            if ran > self.ran - seconds:
                break
            found = consumed
        return found

    def close(self, never_ran=False):
        """The process is gone; the next one goes on where it had read, with the next whole line.

        Returns how far that was. What a process took in that never ran goes to the next one again.
        """
        consumed = self.begin if never_ran else self.consumed
        self.finish()
        if self.read_end is not None:
            os.close(self.read_end)
            self.read_end = None
        line = self.recording.line(consumed)
        self.begin = self.recording.offsets[line] if line < len(self.recording.offsets) else len(self.recording.text)
        self.sent = self.begin
        return consumed
