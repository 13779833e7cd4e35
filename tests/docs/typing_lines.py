"""Types lines of a page, one after the other, in one process: python -m tests.docs.typing_lines HOME <lines.json.

The process stands in a network that leads nowhere: a page may say whatever it likes, nobody is asked. Each page of the
input has a folder of its own in HOME, with the shipped configuration and a database with one ticket.
"""

import json
import os
import shlex
import shutil
import sys
from pathlib import Path

from monitor.charter.office import Office
from monitor.configuration import load
from tests.cli.typed import do
from tests.desk import Desk
from tests.places import SHIPPED
from tests.store.migrated import new_store

PROGRAM = "upazila-monitor"


def furnished(home: Path) -> None:
    """An office with one link down, its ticket open, and letters about it that wait."""
    shutil.copytree(SHIPPED, home / "config")
    settings = load(home / "config")
    store = new_store(settings.state)
    desk = Desk(Office.of(settings), store)
    desk.goes_down("backbone-north")
    desk.look()
    desk.send_all()
    store.close()


def typed(line: str) -> tuple[int, str, str]:
    """Exit code, output and errors of a line; `>FILE` at its end is obeyed."""
    words = shlex.split(line, comments=True)
    assert words.pop(0) == PROGRAM
    where = ""
    for number, word in enumerate(words):
        if word.startswith(">"):
            where = word.removeprefix(">") or words[number + 1]
            del words[number:]
            break
    done = do(*words)
    if where:
        Path(where).write_text(done.stdout, encoding="utf-8")
    return done.returncode, done.stdout, done.stderr


def main() -> None:
    """Does all lines of all pages, and prints what came of each as JSON."""
    found = {}
    for page, work in json.load(sys.stdin).items():
        home = Path(sys.argv[1]) / page.replace("/", "-")
        furnished(home)
        os.chdir(home)
        os.environ["UPAZILA_MONITOR_CONFIG"] = str(home / "config")
        for name, text in work["files"].items():
            Path(name).write_text(text, encoding="utf-8")
            Path(name).chmod(0o600)
        found[page] = [typed(line) for line in work["lines"]]
    json.dump(found, sys.stdout)


if __name__ == "__main__":
    main()
