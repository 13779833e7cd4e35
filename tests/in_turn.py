"""Which tests of the quick tier have a third of the days each: those that start daemons, browsers or servers.

`scripts/test --long` runs them all, and so does whoever names them.
"""

from datetime import date
from zlib import crc32

DAYS = 3
IN_TURN = (
    "tests/accounts/test_log_in.py",
    "tests/alerts/mirror/",
    "tests/browser/",
    "tests/cli/test_commands.py",
    "tests/cli/test_transcripts.py",
    "tests/cli/test_users.py",
    "tests/cluster/",
    "tests/fuzz/",
    "tests/lab/test_users.py",
    "tests/metrics/test_exposition",
    "tests/reports/test_consequences.py",
    "tests/reports/test_edition_process.py",
    "tests/runtime/test_edition_maker.py",
    "tests/runtime/test_snmp_poller",
    "tests/runtime/test_traps.py",
    "tests/store/test_copies.py",
    "tests/store/test_moving.py",
    "tests/store/test_opening_places.py",
    "tests/store/test_server_copies.py",
    "tests/store/test_soundness.py",
    "tests/story/",
    "tests/systemd/",
    "tests/web/test_guard.py",
)
"""By the beginning of the test's id: the dearest files, together two fifths of the tier's CPU time."""


def rests(test: str, day: date) -> bool:
    """Whether that test has another day than this one."""
    return test.startswith(IN_TURN) and crc32(test.encode()) % DAYS != day.toordinal() % DAYS
