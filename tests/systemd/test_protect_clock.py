"""With ProtectClock=yes, as a drop-in may have it, timesyncd's own sign tells whether NTP keeps the clock."""

import os
import platform
import subprocess
import sys
from pathlib import Path

import pytest

from tests.places import ROOT

ADJTIMEX = {"x86_64": (159, 305), "aarch64": (171, 266)}  # adjtimex and clock_adjtime, by the kernel's numbers

# Answers EPERM to these two, as systemd's filter does (seccomp(2)), and then asks as the daemon does.
FILTERED = """
import ctypes, struct, sys
from pathlib import Path
from monitor.runtime import trusted_clock

one, other, sign = int(sys.argv[1]), int(sys.argv[2]), Path(sys.argv[3])
LOAD, EQUALS, RETURN = 0x20, 0x15, 0x06
rules = [(LOAD, 0, 0, 0), (EQUALS, 1, 0, one), (EQUALS, 0, 1, other)]
rules += [(RETURN, 0, 0, 0x50001), (RETURN, 0, 0, 0x7FFF0000)]
code = ctypes.create_string_buffer(b"".join(struct.pack("HBBI", *rule) for rule in rules))

class Program(ctypes.Structure):
    _fields_ = [("length", ctypes.c_ushort), ("code", ctypes.c_void_p)]

libc = ctypes.CDLL(None, use_errno=True)
no_new_rights = libc.prctl(38, 1, 0, 0, 0)
if no_new_rights or libc.prctl(22, 2, ctypes.byref(Program(len(rules), ctypes.cast(code, ctypes.c_void_p)))):
    sys.exit(77)
trusted_clock.TIMESYNCD_SAYS_SO = sign
print(trusted_clock.kernel_says_synchronised())
sign.touch()
print(trusted_clock.kernel_says_synchronised())
"""


def test_where_the_kernel_may_not_be_asked_timesyncds_sign_is_looked_at(tmp_path: Path) -> None:
    numbers = ADJTIMEX.get(platform.machine())
    if numbers is None:
        pytest.skip("the kernel's numbers for this machine are not known here")
    words = [sys.executable, "-c", FILTERED, *map(str, numbers), str(tmp_path / "synchronized")]
    done = subprocess.run(
        words, capture_output=True, text=True, timeout=60, env={**os.environ, "PYTHONPATH": str(ROOT)}
    )
    if done.returncode == 77:
        pytest.skip("this machine does not let a process filter its own calls")
    assert done.stdout.split() == ["False", "True"], done.stderr
