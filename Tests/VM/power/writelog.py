"""A disk's write log, and the disk as a power cut may leave it.

The log is what qemu's driver blklogwrites writes (the form of Linux' dm-log-writes): the first sector holds magic,
version, number of entries and sector size, then each entry has a sector of its own with place, length and flags,
followed by the data. An entry is appended before the guest hears that its request is done. A write that was on its way
while the disk flushed may stand before the flush and then counts as flushed: a cut may keep a little more than the
worst disk would, never less than was promised.
"""
import json
import mmap
import random
import struct

MAGIC = 0x6A736677736872
FLUSH = 1

FILE_SYSTEM_BYTES = 64 << 20
# Marks of the witness lie behind the file system.
MARK_MAGIC = b"telltale-mark:"
MARK_BYTES = 4096
MARK_SLOTS = 256


class Write:
    """One entry of the log. A flush has the length 0."""
    __slots__ = ("offset", "length", "data")

    def __init__(self, offset, length, data):
        self.offset, self.length, self.data = offset, length, data


class WriteLog:
    """All entries without the marks, and the marks with their places between them."""

    def __init__(self, path):
        with open(path, "rb") as file:
            self.bytes = memoryview(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ))
        magic, _, count, self.sector = struct.unpack_from("<QQQI", self.bytes)
        if magic != MAGIC:
            raise ValueError(f"{path} is no write log")
        self.writes, self.marks = [], []
        place = self.sector
        for _ in range(count):
            sector, sectors, flags, _ = struct.unpack_from("<QQQQ", self.bytes, place)
            place += self.sector
            offset, length = sector * self.sector, sectors * self.sector
            if flags != (0 if length else FLUSH):
                raise ValueError(f"{path} holds something else than writes and flushes")
            data = self.bytes[place:place + length]
            place += length
            if length and offset >= FILE_SYSTEM_BYTES:
                text = bytes(data).removeprefix(MARK_MAGIC).rstrip(b"\0")
                self.marks.append((len(self.writes), json.loads(text)))
            else:
                self.writes.append(Write(offset, length, data))
        if not self.writes or not self.marks:
            raise ValueError(f"{path} holds {len(self.writes)} writes and {len(self.marks)} marks")


class Disk:
    """The disk as it stood when the log began, moved on cut by cut; cuts come in ascending order.

    What the disk said to have flushed is there. Of what came after the last flush any part may be there: each write
    whole, not at all, or some of its sectors.
    """

    def __init__(self, log, base, ignores_flushes_of=0):
        """`base`: the disk before the log, a file. `ignores_flushes_of`: so many entries before a cut may be missing,
        flushed or not; 0 is an honest disk."""
        self.log = log
        with open(base, "rb") as file:
            self.durable = bytearray(file.read())
        self.applied = 0
        self.ignored = ignores_flushes_of

    def cut(self, place, generator):
        """The bytes after the entries before `place`, and how many of these were not flushed."""
        writes = self.log.writes
        flushed = max(place - self.ignored, self.applied) if self.ignored else self._last_flush(place)
        for write in writes[self.applied:flushed]:
            self._put(self.durable, write)
        self.applied = flushed
        image = bytearray(self.durable)
        keep = generator.choice((0.0, 0.5, 0.5, 0.9))
        volatile = [write for write in writes[flushed:place] if write.length]
        for write in volatile:
            if generator.random() < 0.15:
                self._tear(image, write, generator)
            elif generator.random() < keep:
                self._put(image, write)
        return image, len(volatile)

    def _last_flush(self, place):
        """The number of entries that are on the disk for good: the last flush takes along what came before it."""
        for i in range(place - 1, self.applied - 1, -1):
            if self.log.writes[i].length == 0:
                return i + 1
        return self.applied

    @staticmethod
    def _put(image, write):
        image[write.offset:write.offset + write.length] = write.data

    def _tear(self, image, write, generator):
        """Some of a write's sectors: those before a place, those behind it, or any."""
        sector, how = self.log.sector, generator.randrange(3)
        middle = generator.randrange(write.length // sector + 1)
        for i in range(write.length // sector):
            if (i < middle, i >= middle, generator.random() < 0.5)[how]:
                start = i * sector
                image[write.offset + start:write.offset + start + sector] = write.data[start:start + sector]


def seeded(seed, *what):
    """A generator of its own for each purpose, so that one more point changes no other."""
    return random.Random(f"{seed} {what}")
