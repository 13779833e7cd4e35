"""Examine what the daemon's process may do: as whom it runs, which rights it has, what the unit keeps from it."""

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from monitor.doctor.check import Check, Place
from monitor.doctor.finding import Finding, Kind, Level, found
from monitor.domain.message import N_

USED = {10, 13}  # CAP_NET_BIND_SERVICE for traps, CAP_NET_RAW for raw sockets and traces (capability.h)
UNIT = re.compile(r"/upazila-monitor[^/]*\.service(?:/|$)", re.MULTILINE)

OK = Kind("sandbox.ok", Level.OK, N_("the unit's sandbox is in force"))
NO_DAEMON = Kind(
    "sandbox.no-daemon",
    Level.INFO,
    N_("no daemon runs that could be looked at"),
    N_("Start the daemon: upazila-monitor run, or systemctl start upazila-monitor"),
)
NO_UNIT = Kind(
    "sandbox.no-unit",
    Level.INFO,
    N_("the daemon was not started by systemd: nothing starts it again after a fault or a power cut"),
    N_("Install the unit, as docs/install-systemd.md says: systemctl enable --now upazila-monitor"),
)
AS_ROOT = Kind(
    "sandbox.as-root",
    Level.WARNING,
    N_("the daemon runs as root, which it never needs"),
    N_("In the unit: User=upazila-monitor (docs/install-systemd.md)"),
)
TOO_MANY_RIGHTS = Kind(
    "sandbox.rights",
    Level.WARNING,
    N_("the daemon has rights that it does not need: {rights}"),
    N_("In the unit: CapabilityBoundingSet= as shipped; changes show in: systemctl cat upazila-monitor"),
)
NEW_PRIVILEGES = Kind(
    "sandbox.new-privileges",
    Level.WARNING,
    N_("the daemon's process could gain rights (NoNewPrivileges is off)"),
    N_("In the unit: NoNewPrivileges=yes"),
)
SYSTEM_CALLS = Kind(
    "sandbox.system-calls",
    Level.WARNING,
    N_("the daemon may make every system call (no filter is in force)"),
    N_("In the unit: SystemCallFilter= as shipped; changes show in: systemctl cat upazila-monitor"),
)
WRITABLE = Kind(
    "sandbox.writable",
    Level.WARNING,
    N_("the daemon could write outside its state folder"),
    N_("In the unit: ProtectSystem=strict"),
)


@dataclass(frozen=True)
class Seen:
    """What the kernel says of the process. ``capabilities``: a bit each (capabilities(7)), as it has them now.

    ``is_root_writable``: None where it cannot be seen.
    """

    in_unit: bool
    uid: int
    capabilities: int
    no_new_privileges: bool
    filters_calls: bool
    is_root_writable: bool | None


def _gather(place: Place) -> Seen | None:
    if place.is_daemon:
        pid = os.getpid()
    elif place.daemon is not None and place.daemon.lives:
        pid = place.daemon.pid
    else:
        return None
    process = Path(f"/proc/{pid}")
    cgroup, mounts = _text(process / "cgroup"), _text(process / "mountinfo")
    return seen_of((process / "status").read_text(encoding="utf-8"), cgroup, mounts)


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""


def seen_of(status: str, cgroup: str, mounts: str) -> Seen:
    """Return what files of /proc/PID say: ``status``, ``cgroup`` and ``mountinfo`` (proc(5))."""
    fields = dict(line.partition(":")[::2] for line in status.splitlines())
    roots = [line.split()[5].split(",") for line in mounts.splitlines() if line.split()[4:5] == ["/"]]
    return Seen(
        bool(UNIT.search(cgroup)),
        int(fields["Uid"].split()[1]),
        int(fields["CapEff"], 16),
        fields.get("NoNewPrivs", "").strip() == "1",
        fields.get("Seccomp", "").strip() == "2",
        None if not roots else "rw" in roots[-1],
    )


def _judge(seen: Seen | None, _: datetime) -> Iterator[Finding]:
    if seen is None:
        yield found(NO_DAEMON)
        return
    if seen.uid == 0:
        yield found(AS_ROOT)
    if not seen.in_unit:
        yield found(NO_UNIT)
        return
    faults = list(_faults(seen))
    yield from faults
    if not faults and seen.uid:
        yield found(OK)


def _faults(seen: Seen) -> Iterator[Finding]:
    rights = [bit for bit in range(64) if seen.capabilities >> bit & 1 and bit not in USED]
    if rights:
        yield found(TOO_MANY_RIGHTS, rights=", ".join(f"{bit}" for bit in rights))
    if not seen.no_new_privileges:
        yield found(NEW_PRIVILEGES)
    if not seen.filters_calls:
        yield found(SYSTEM_CALLS)
    if seen.is_root_writable:
        yield found(WRITABLE)


SANDBOX = Check(
    "sandbox",
    N_("The unit's sandbox"),
    "What the kernel says of the daemon's process: its user, its capabilities, NoNewPrivileges, the filter of system "
    "calls, and whether its root file system is read-only. Looked at as a whole where the unit of systemd started it.",
    _gather,
    _judge,
    (OK, NO_DAEMON, NO_UNIT, AS_ROOT, TOO_MANY_RIGHTS, NEW_PRIVILEGES, SYSTEM_CALLS, WRITABLE),
    of_process=True,
)
