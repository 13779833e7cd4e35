"""Every command in the docs and in README.md is done here as it stands, or stands in one small table with the reason.

docs/commands.md is `tests/cli/test_examples.py`'s, and the transcripts of some pages are played by tests of their own.
"""

import json
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import typer.main

from docs.generator.contents import CODE, Typed, commands
from monitor.cli.app import app
from monitor.cli.command_help import with_all_below
from tests.cli.transcripts import pattern_of
from tests.lab.network import alone
from tests.places import DOCS, ROOT

PROGRAM = "upazila-monitor"
PLAYED = {
    "docs/recovery.md": "tests/cli/test_transcripts.py",
    "docs/first-office.md": "tests/cli/test_first_office.py",
}
"""Pages whose transcripts another test plays."""
EXAMPLES = "docs/commands.md"
NOT_HERE = {
    r"scripts/(run|lab|demo|setup)\b.*": "stays until Ctrl-C; tests/lab plays what they are made of",
    r"scripts/test\b.*": "this very test is part of it",
    r"\.venv/bin/upazila-monitor --config var/lab/config .*": "of the lab that runs; tests/story",
    r"upazila-monitor status --watch": "stays until Ctrl-C; tests/cli/test_status.py",
    r"upazila-monitor --config \S+ run": "stays; tests/test_daemon.py",
    r"upazila-monitor --config config init": "asks questions; tests/cli/test_init.py",
    r"upazila-monitor (probe trace|probe snmp|discover) .*": "asks a device; tests/cli/test_snmp.py and test_probe.py",
    r"upazila-monitor helpdesk test": "asks a help desk; tests/cli/test_helpdesk.py",
    r"upazila-monitor audit verify --head HASH-FROM-A-MAIL": "wants a letter; tests/cli/test_records.py",
    r"upazila-monitor notify test me@example\.org": "draws every letter, for eight seconds; tests/cli/test_notify.py",
    r"upazila-monitor simulate .*": "half a year, for eight seconds; tests/cli/test_records.py",
    r"upazila-monitor notify test .* --by sms": "wants a gateway; tests/alerts/channels/test_sms.py",
    r"(apt|apt-get|dpkg|pipx|git|docker|createuser|createdb) .*": "needs root or a server; tests/package",
    r"(systemctl|journalctl|systemd-sysusers|sysctl|runuser) .*": "needs root and systemd; tests/package, systemd",
    r"(cp|mv|mkdir) .*(/opt|/etc|/var/lib|office).*": "needs root, or what stands before it",
    r"upazila-monitor --config office/config check": "of an installed wheel: tests/package",
    r"/opt/upazila-monitor/\S+.*": "the checkout that root installed",
    r"\.venv/bin/python -m tests\.cluster .*": "minutes of four daemons; tests/cluster",
    r"(vmalert|vmagent) .*": "stays until it is stopped; tests/dashboards/test_far_away.py",
    r"upazila-monitor offices add .*": "wants a tree of offices; tests/cli/test_offices.py",
    r"upazila-monitor --office mirpur .*": "wants a tree of offices; tests/cli/test_offices.py",
    r"upazila-monitor db copy .*": "wants a server; tests/cli/test_db.py",
    r"(editor|export) .*": "a person's own",
    r"curl .*": "asks a running daemon; tests/web/api asks each path",
}
"""What is not done here, as patterns, and why."""
WARNS = re.compile(r"upazila-monitor doctor\b.*")
"""Commands that may also end with 1, for a warning: the machine that they stand on is what they are about."""
NOW = "2026-11-27 10:00:00"
"""When the commands are done, in UTC: the pages speak of these weeks."""
GOOD = "four words without relation"


def files() -> dict[str, dict[str, str]]:
    """The files that the commands of a page read."""
    rounds = "\n".join(
        block[4].rstrip()
        for block in CODE.finditer((DOCS / "replay.md").read_text(encoding="utf-8"))
        if block[3] == "json"
    )
    return {
        "README.md": {"samples.jsonl": rounds + "\n"},
        "docs/replay.md": {"samples.jsonl": rounds + "\n"},
        "docs/users.md": {"FILE": GOOD + "\n"},
        "docs/probing-icmp.md": {"addresses.txt": "127.0.0.1\n::1\n"},
    }


def pages() -> Iterator[tuple[str, list[Typed]]]:
    for path in sorted([ROOT / "README.md", ROOT / "CONTRIBUTING.md", *DOCS.rglob("*.md")]):
        name = str(path.relative_to(ROOT))
        found = commands(path.read_text(encoding="utf-8"))
        if name != EXAMPLES:
            yield name, [each for each in found if each.printed is None or name not in PLAYED]


def why_not(command: str) -> str:
    """The pattern by which a command is not done here; '' where it is."""
    bare = re.sub(r"\s+#.*", "", command)
    return next((pattern for pattern in NOT_HERE if re.fullmatch(pattern, bare)), "")


ALL = [(page, each) for page, found in pages() for each in found]
HERE = [(page, each) for page, each in ALL if each.command.startswith(PROGRAM) and not why_not(each.command)]
LEFT = [each.command for _, each in ALL if why_not(each.command) and each.command.startswith(PROGRAM)]


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory) -> dict[tuple[str, int], tuple[int, str, str]]:
    """What came of each command, by its page and line."""
    work = {
        page: {
            "files": files().get(page, {}),
            "lines": [each.command for other, each in HERE if other == page],
        }
        for page in dict.fromkeys(page for page, _ in HERE)
    }
    home = tmp_path_factory.mktemp("typed")
    given = home / "work.json"
    given.write_text(json.dumps(work), encoding="utf-8")
    around = {**os.environ, "UPAZILA_MONITOR_LANG": "en", "COLUMNS": "200", "PYTHONPATH": str(ROOT), "TZ": "UTC"}
    with alone() as nowhere, given.open(encoding="utf-8") as read, (home / "errors").open("w+") as errors:
        words = ["faketime", "-f", f"@{NOW}", sys.executable, "-m", "tests.docs.typing_lines", str(home)]
        process = nowhere.popen(words, stdin=read, stdout=subprocess.PIPE, stderr=errors, env=around)
        out, _ = process.communicate(timeout=240)
        errors.seek(0)
        assert process.returncode == 0, errors.read()
    found = json.loads(out)
    numbers = {page: iter(found[page]) for page in found}
    return {(page, each.line): tuple(next(numbers[page])) for page, each in HERE}


@pytest.mark.parametrize(
    ("page", "each"),
    [
        pytest.param(page, each, id=f"{page}:{each.line}", marks=[pytest.mark.long] * (page != "README.md"))
        for page, each in HERE
    ],
)
def test_a_command_does_what_the_page_says(
    done: dict[tuple[str, int], tuple[int, str, str]], page: str, each: Typed
) -> None:
    code, out, error = done[page, each.line]
    assert code in ({0, 1} if WARNS.fullmatch(each.command) else {0}), f"$ {each.command}\n{out}{error}"
    if each.printed is not None:
        assert pattern_of(each.printed).fullmatch(out + error), f"$ {each.command}\n{out}{error}"


def test_what_is_no_command_of_ours_stands_in_the_table_with_a_reason() -> None:
    others = [(page, each) for page, each in ALL if not each.command.startswith(PROGRAM + " ")]
    unsaid = [f"{page}:{each.line}: {each.command}" for page, each in others if not why_not(each.command)]
    assert unsaid == []


def test_no_row_of_the_table_is_left_over() -> None:
    used = {why_not(each.command) for _, each in ALL}
    assert [pattern for pattern in NOT_HERE if pattern not in used] == []
    for page, test in PLAYED.items():
        assert (ROOT / page).exists(), page
        assert Path(page).name in (ROOT / test).read_text(encoding="utf-8")


@pytest.mark.parametrize("line", sorted(set(LEFT)))
def test_the_parser_takes_every_command_of_ours_that_is_not_done(line: str) -> None:
    words = shlex.split(re.sub(r"\s*>.*", "", line), comments=True)[1:]
    while words[0].startswith("--"):
        words = words[2:]  # of all commands: each has a value
    known = {" ".join(path): command for path, command in with_all_below(typer.main.get_command(app))}
    length = next(n for n in range(len(words), 0, -1) if " ".join(words[:n]) in known)
    name = " ".join(words[:length])
    with known[name].make_context(name, words[length:], resilient_parsing=False) as context:
        assert context.args == []
