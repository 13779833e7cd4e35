"""A fresh Debian with systemd as its PID 1, in namespaces of its own: loopback is all the network it has.

Root makes it, because its files belong to many users. Its init dies with this process, kill -9 included.
"""

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self

from tests.lab.waiting import until

SUITE = {(3, 11): "bookworm", (3, 13): "trixie"}.get(sys.version_info[:2], "bookworm")
NEEDED = ("ca-certificates", "iproute2", "nftables", "procps", "python3", "systemd", "ucf")
NAMESPACES = ("-m", "-p", "-u", "-i", "-n", "-C")
PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
BOOT = """
set -eu
root=$0
hostname fresh
ip link set lo up
mount --make-rprivate /
mount --bind "$root" "$root"
mount -t proc proc "$root/proc"
mount -t sysfs sysfs "$root/sys"
mount -t cgroup2 cgroup2 "$root/sys/fs/cgroup"
mount -t tmpfs -o mode=755 dev "$root/dev"
for name in null zero full random urandom tty; do
    : >"$root/dev/$name"
    mount --bind "/dev/$name" "$root/dev/$name"
done
ln -s /proc/self/fd "$root/dev/fd"
ln -s pts/ptmx "$root/dev/ptmx"
mkdir "$root/dev/pts" "$root/dev/shm"
mount -t devpts -o newinstance,ptmxmode=666 devpts "$root/dev/pts"
mount -t tmpfs -o mode=1777 shm "$root/dev/shm"
mount -t tmpfs -o mode=755 run "$root/run"
mkdir -p "$root/mnt/outside"
cd "$root"
pivot_root . mnt/outside
cd /
umount -l /mnt/outside
exec env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin container=test /lib/systemd/systemd --system --show-status=0
"""


def debian(folder: Path) -> Path:
    """Make a fresh Debian in ``folder``, with what the package asks for, so that nothing else needs the network."""
    debootstrap = shutil.which("debootstrap", path=PATH)
    assert debootstrap is not None, "debootstrap is not installed: run scripts/setup rt"
    words = [debootstrap, "--variant=minbase", f"--include={','.join(NEEDED)}", SUITE, str(folder)]
    made = subprocess.run(words, capture_output=True, text=True, timeout=900)
    assert made.returncode == 0, made.stdout[-2_000:] + made.stderr[-2_000:]
    folder.chmod(0o755)  # it is the machine's "/": its users must get in, whoever made the folder for himself alone
    return folder


class FreshMachine:
    """The machine with its files in ``root``; ``with`` boots it and takes it down."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._unshare: subprocess.Popen[bytes] | None = None
        self._init = 0

    def __enter__(self) -> Self:
        self.boot()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.power_off()

    def boot(self) -> None:
        """Start its systemd, and wait until that answers."""
        words = ["unshare", *NAMESPACES, "--fork", "--kill-child=KILL", "sh", "-c", BOOT, str(self.root)]
        words = ["setpriv", "--pdeathsig", "KILL", *words]
        self._unshare = subprocess.Popen(words, stdin=subprocess.DEVNULL, env={**os.environ, "PATH": PATH})
        self._init = until(self._child, "the machine's first process", within_s=20)
        until(lambda: self.is_up() or self._unshare_ended(), "systemd to answer", within_s=60)
        assert not self._unshare_ended(), "the machine did not start"

    def power_off(self) -> None:
        """Kill everything in it, as a power cut does."""
        if self._unshare is None:
            return
        if self._init:
            with suppress(ProcessLookupError):
                os.kill(self._init, signal.SIGKILL)  # PID 1: the kernel kills the others with it
        self._unshare.kill()
        self._unshare.wait(timeout=20)
        self._unshare, self._init = None, 0

    def is_up(self) -> bool:
        """Whether systemd has done what it starts with; a unit that cannot run in namespaces may have failed."""
        if not Path(f"/proc/{self._init}/root/run/systemd/system").exists():
            return False
        return self.run("systemctl", "is-system-running", check=False).stdout.strip() in {"running", "degraded"}

    def run(
        self, *words: str, check: bool = True, environment: Mapping[str, str] | None = None, timeout_s: float = 300
    ) -> "subprocess.CompletedProcess[str]":
        """Run a command in it as its root."""
        said = {"PATH": PATH, "HOME": "/root", "LANG": "C.UTF-8", "UPAZILA_MONITOR_LANG": "en", **(environment or {})}
        inside: Sequence[str] = ["nsenter", "-t", str(self._init), *NAMESPACES, "env", "-i"]
        inside = [*inside, *(f"{name}={value}" for name, value in said.items()), *words]
        done = subprocess.run(inside, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=timeout_s)
        assert not check or done.returncode == 0, f"{' '.join(words)}: {done.returncode}\n{done.stdout}{done.stderr}"
        return done

    def dpkg(self, *words: str, check: bool = True) -> "subprocess.CompletedProcess[str]":
        """Run dpkg as a machine without anybody before it does."""
        return self.run("dpkg", *words, check=check, environment={"DEBIAN_FRONTEND": "noninteractive"})

    def put(self, file: Path) -> str:
        """Copy a file into it; returns where it is there."""
        shutil.copy(file, self.root / "root" / file.name)
        return f"/root/{file.name}"

    def _child(self) -> int:
        assert self._unshare is not None
        found = Path(f"/proc/{self._unshare.pid}/task/{self._unshare.pid}/children").read_text().split()
        return int(found[0]) if found else 0

    def _unshare_ended(self) -> bool:
        return self._unshare is None or self._unshare.poll() is not None
