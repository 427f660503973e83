"""The ground of a run: namespaces, a link to each program, small disks; all of it is gone when the run ends."""
import errno
import os
import shutil
import subprocess
import sys
import tempfile
import time

# In the environment of a run that has its namespaces: its folder.
INSIDE = "TELLTALE_CHAOS_FOLDER"
# What a run asks the kernel for, best first. In a process namespace of its own nothing can outlive the run.
WISHES = [
    ["--mount", "--net", "--pid", "--fork", "--kill-child", "--mount-proc"],
    ["--user", "--map-root-user", "--mount", "--net", "--pid", "--fork", "--kill-child", "--mount-proc"],
]
# An address that no network card has: frames to it arrive nowhere, and nobody is told.
NOBODY = "02:00:00:00:00:99"


def enter(run):
    """Begins this program again in namespaces of its own, where the machine permits that; there, and where it does not,
    `run` is called with a folder of its own and whether there are namespaces. Returns the exit code."""
    if INSIDE in os.environ:
        return run(os.environ[INSIDE], True)
    folder = tempfile.mkdtemp(prefix="telltale-chaos.")
    try:
        for flags in WISHES:
            if tool("unshare", *flags, "true", check=False):
                return outside(["unshare", *flags, sys.executable, *sys.argv], folder)
        return run(folder, False)
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise


def outside(command, folder):
    """Waits for the run. Who ends this process ends all that it began."""
    with subprocess.Popen(command, env=os.environ | {INSIDE: folder}, start_new_session=True) as process:
        try:
            return process.wait()
        except BaseException:
            # The run dies with its parent, a moment later; what it holds open would come back into its folder.
            process.kill()
            process.wait()
            time.sleep(0.5)
            raise


def tool(*words, check=True):
    """Runs a tool of the system; its complaint becomes the error."""
    try:
        result = subprocess.run(words, capture_output=True, text=True, check=False)
    except FileNotFoundError:
        result = subprocess.CompletedProcess(words, 127, stderr="not installed")
    if check and result.returncode != 0:
        raise OSError(f"{' '.join(words)}: {result.stderr.strip()}")
    return result.returncode == 0


class Link:
    """The wire between one program and the broker: a pair of virtual network cards, the near one at the broker."""

    def __init__(self, number, name):
        self.near, self.far = f"near{number}", f"far{number}"
        self.space = f"chaos-{name}"
        self.broker = f"10.77.{number}.1"
        self.address = f"10.77.{number}.2"
        tool("ip", "netns", "add", self.space)
        tool("ip", "link", "add", self.near, "type", "veth", "peer", "name", self.far, "netns", self.space)
        tool("ip", "addr", "add", self.broker + "/30", "dev", self.near)
        tool("ip", "link", "set", self.near, "up")
        self.inside("ip", "addr", "add", self.address + "/30", "dev", self.far)
        self.inside("ip", "link", "set", self.far, "up")
        self.inside("ip", "link", "set", "lo", "up")

    @property
    def prefix(self):
        """What a command begins with that runs at the far end."""
        return ["ip", "netns", "exec", self.space]

    def inside(self, *words, check=True):
        return tool(*self.prefix, *words, check=check)

    def cut(self):
        tool("ip", "link", "set", self.near, "down")

    def mend(self):
        """Makes the link whole, whatever was done to it."""
        tool("ip", "link", "set", self.near, "up")
        tool("tc", "qdisc", "del", "dev", self.near, "root", check=False)
        self.inside("tc", "qdisc", "del", "dev", self.far, "root", check=False)
        tool("ip", "neigh", "del", self.address, "dev", self.near, check=False)
        self.inside("ip", "neigh", "del", self.broker, "dev", self.far, check=False)

    def drop(self, directions):
        """Swallows what is sent to the program (`down`), by it (`up`), or both; nobody is told."""
        if "down" in directions:
            tool("ip", "neigh", "replace", self.address, "lladdr", NOBODY, "dev", self.near, "nud", "permanent")
        if "up" in directions:
            self.inside("ip", "neigh", "replace", self.broker, "lladdr", NOBODY, "dev", self.far, "nud", "permanent")

    def slow(self, kilobits, milliseconds, has_netem):
        """Lets so much through, and that late: by netem where the kernel has it, else what queues is what delays."""
        if has_netem:
            how = ["netem", "delay", f"{milliseconds}ms", f"{milliseconds // 4}ms", "rate", f"{kilobits}kbit"]
        else:
            how = ["tbf", "rate", f"{kilobits}kbit", "burst", "2kb", "latency", f"{2 * milliseconds}ms"]
        tool("tc", "qdisc", "replace", "dev", self.near, "root", *how)
        self.inside("tc", "qdisc", "replace", "dev", self.far, "root", *how)


class Disk:
    """A small file system that a test can fill up."""

    def __init__(self, path, megabytes):
        self.path = path
        self.ballast = os.path.join(path, "ballast")
        self.is_full = False
        # When it had room again, on the monotonic clock.
        self.freed = float("-inf")
        os.makedirs(path)
        tool("mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "none", path)

    def fill(self):
        self.is_full = True
        block = bytes(65536)
        descriptor = os.open(self.ballast, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        try:
            while block:
                try:
                    os.write(descriptor, block)
                except OSError as error:
                    if error.errno != errno.ENOSPC:
                        raise
                    # The last pages go too.
                    block = block[: len(block) // 2]
        finally:
            os.close(descriptor)

    def free(self):
        if os.path.exists(self.ballast):
            os.unlink(self.ballast)
        self.freed = time.monotonic()
        self.is_full = False

    def end(self):
        tool("umount", "--lazy", self.path, check=False)


class Lab:
    """What this machine permits, and what was made of it."""

    def __init__(self, folder, permitted):
        self.folder = folder
        self.refused = []
        self.links = []
        self.disks = []
        self.has_disks = permitted and self._try("small disks", self._prepare_disks)
        self.has_links = permitted and self._try("network links", self._prepare_links)
        if not permitted:
            self.refused += ["network links: no namespaces", "small disks: no namespaces"]
        self.has_netem = self.has_links and tool("tc", "qdisc", "add", "dev", "lo", "root", "netem", check=False)
        if self.has_netem:
            tool("tc", "qdisc", "del", "dev", "lo", "root")

    def _try(self, what, prepare):
        try:
            prepare()
            return True
        except OSError as error:
            self.refused.append(f"{what}: {error}")
            return False

    def _prepare_disks(self):
        # In a mount namespace of our own: nobody else sees what is mounted here.
        tool("mount", "-t", "tmpfs", "none", "/run")
        Disk(os.path.join(self.folder, "probe"), 1).end()

    def _prepare_links(self):
        tool("ip", "link", "set", "lo", "up")
        self.link("probe")

    def link(self, name):
        """A link to a new program; None where there are none."""
        link = Link(len(self.links), name)
        self.links.append(link)
        return link

    def disk(self, name, megabytes):
        path = os.path.join(self.folder, name)
        if not self.has_disks:
            os.makedirs(path)
            return None
        disk = Disk(path, megabytes)
        self.disks.append(disk)
        return disk

    def end(self):
        for link in self.links:
            tool("ip", "netns", "del", link.space, check=False)
        for disk in self.disks:
            disk.end()
