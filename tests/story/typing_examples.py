"""Types every example of every command where secrets are planted: python -m tests.story.typing_examples HOME WHAT.

``WHAT`` is a key of `FAULTS`, which is brought about first. The process stands in a network that leads nowhere. It
prints as JSON what each line said, and which files hold a secret afterwards.
"""

import json
import os
import shlex
import sys
import tempfile
import traceback
from collections.abc import Callable, Mapping
from pathlib import Path

from monitor.charter.office import Office
from monitor.cli.examples import EXAMPLES
from monitor.configuration import load
from tests.cli.typed import do
from tests.desk import Desk
from tests.doctor.installation import Installation
from tests.story import canaries
from tests.story.canaries import Planted, planted

ELSEWHERE = {
    "run": "stays; test_the_daemon_writes_no_secret_whatever_servers_repeat",
    "init": "asks; tests/cli/test_init.py",
    "status --watch": "stays",
    "simulate": "half a year, of no server",
}
"""Examples that are not typed here, by how they begin, and why."""
HERE = {"10.77.4.0/24": "127.0.0.1", "db.example.org": "127.0.0.1:1", "10.20.1.1": "127.0.0.1"}


def furnished(found: Planted) -> None:
    """Leaves a link down, its ticket open, letters that wait, and the files that examples name."""
    settings = load(found.home / "config")
    store = Installation(found.home).store()
    desk = Desk(Office.of(settings), store)
    desk.goes_down("backbone-north")
    desk.look()
    store.close()
    for name, key in {"community": "V2cEntry.community_file", "word": "Mail.password_file"}.items():
        Installation(found.home).secret(name, found.canaries[key])
    (found.home / "secrets" / "database").symlink_to(canaries.FILES["Storage.password_file"])


def _nothing(found: Planted) -> None:
    pass


def _no_secret_is_one(found: Planted) -> None:
    for file in (found.home / "secrets").iterdir():
        if not file.is_symlink():
            file.write_bytes(file.read_bytes().rstrip(b"\n") + b"\0 \n")


def _server_is_away(found: Planted) -> None:
    canaries.on_server(found, "postgresql+psycopg://monitor@127.0.0.1:1/bheramara?sslmode=disable")


def _database_is_damaged(found: Planted) -> None:
    file = found.home / "var" / "monitor.db"
    content = bytearray(file.read_bytes())
    content[4_096:40_960] = b"\xa5" * (40_960 - 4_096)
    file.write_bytes(content)


def _nothing_may_be_written(found: Planted) -> None:
    (found.home / "var" / "monitor.db").rename(found.home / "var" / "gone")
    (found.home / "var" / "monitor.db").mkdir()
    (found.home / "var" / "backups").write_text("no folder")


def _configuration_is_refused(found: Planted) -> None:
    monitor = found.home / "config" / "monitor.toml"
    monitor.write_text(canaries.spoilt(monitor.read_text())["a secret as a key"])


FAULTS: Mapping[str, Callable[[Planted], None]] = {
    "nothing is wrong": _nothing,
    "no secret is one": _no_secret_is_one,
    "the server is away": _server_is_away,
    "the database is damaged": _database_is_damaged,
    "nothing may be written": _nothing_may_be_written,
    "the configuration is refused": _configuration_is_refused,
}


def lines() -> list[str]:
    """The examples that are typed."""
    every = [line for examples in EXAMPLES.values() for line in examples]
    found = [line for line in every if not any(line == each or line.startswith(f"{each} ") for each in ELSEWHERE)]
    for there, here in HERE.items():
        found = [line.replace(there, here) for line in found]
    return [line for line in found if not line.startswith("--config ")]


def _said(line: str) -> str:
    try:
        done = do(*shlex.split(line))
    except BaseException:  # what would be a traceback on somebody's screen
        return f"raised {traceback.format_exc()}"
    return done.stdout + done.stderr


def main() -> None:
    """Types them all, and prints what came of each."""
    home = Path(sys.argv[1])
    with planted(home) as found:
        furnished(found)
        temporary = home / "temporary"
        temporary.mkdir()
        tempfile.tempdir = str(temporary)
        os.environ |= {"UPAZILA_MONITOR_CONFIG": str(home / "config"), "TMPDIR": str(temporary), "COLUMNS": "400"}
        os.chdir(home)
        FAULTS[sys.argv[2]](found)
        said = {line: _said(line) for line in lines()}
        typed = {home / "community", home / "word"}
        left = [each for each in found.files_with_one() if home / each.partition(":")[0] not in typed]
        json.dump({"canaries": found.canaries, "said": said, "left": left}, sys.stdout)


if __name__ == "__main__":
    main()
