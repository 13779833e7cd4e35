"""Bars of long commands, on a terminal's standard error alone and in the run's language; Ctrl-C leaves nothing half."""

import io
import json
import os
import pty
import select
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from monitor import durable
from monitor.cli import language, progress
from monitor.store import copies
from monitor.store.opening import BACKUPS, DATABASE
from tests.cli.typed import command, typed
from tests.desk import Desk
from tests.lab.waiting import until

LIST = "id,kind,name_bn,name_en,address\nschool,lab,বিদ্যালয়,School,127.77.9.9\n"
ROUND = {"t": "2026-11-24T09:00:00+06:00", "device": "backbone-north/gateway", "verdict": "ok"}


class Terminal(io.StringIO):
    """A standard error that says it is a terminal."""

    def isatty(self) -> bool:
        return True


class AtOnce:
    """A timer that does not wait."""

    daemon = False

    def __init__(self, _seconds: float, act: Callable[[], None]) -> None:
        self.start = act

    def cancel(self) -> None: ...

    def join(self) -> None: ...


@pytest.fixture
def shown(monkeypatch: pytest.MonkeyPatch) -> Terminal:
    """What stands on a terminal's standard error, with bars that are not waited for."""
    terminal = Terminal()
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setattr(progress, "Timer", AtOnce)
    bars = progress.bars

    @contextmanager
    def at_terminal(*what: str) -> Iterator[object]:
        monkeypatch.setattr(sys, "stderr", terminal)
        with bars(*what) as heard:
            yield heard

    for module in ("backup", "public"):
        monkeypatch.setattr(f"monitor.cli.{module}.bars", at_terminal)
    monkeypatch.setattr(progress, "bars", at_terminal)
    return terminal


@pytest.fixture
def files(home: Path) -> Path:
    (home / "list.csv").write_text(LIST, encoding="utf-8")
    (home / "rounds.jsonl").write_text(json.dumps(ROUND) + "\n")
    return home


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("backup create", "ডেটাবেস কপি করা হচ্ছে"),
        ("backup create", "কপি পরীক্ষা করা হচ্ছে"),
        ("backup verify {copy}", "১টি কপি পরীক্ষা করা হচ্ছে"),
        ("backup restore {copy}", "কপি পরীক্ষা করা হচ্ছে"),
        ("audit verify", "ইতিহাস যাচাই করা হচ্ছে"),
        ("public export {home}/public", "ফাইল লেখা হচ্ছে"),
        ("report --month 2026-11 --format json", "প্রতিবেদন তৈরি হচ্ছে"),
        ("discover 127.0.0.1", "১টি ঠিকানায় জিজ্ঞাসা করা হচ্ছে"),
        ("import {home}/list.csv", "তালিকা পড়া হচ্ছে"),
        ("replay {home}/rounds.jsonl", "রেকর্ড চালানো হচ্ছে"),
    ],
)
def test_what_takes_long_shows_how_far_it_is(files: Path, desk: Desk, shown: Terminal, words: str, said: str) -> None:
    copy = files / "copy.db"
    if "{copy}" in words:
        copies.create(desk.store.state / DATABASE, copy)
    done = typed(files, *words.format(home=files, copy=copy).split(), "--lang", "bn")
    assert done.returncode == 0, done.stderr
    assert said in shown.getvalue()
    assert "\x1b[2K" in shown.getvalue().rpartition(said)[2], "wiped away at the end"
    assert said not in done.stdout


def test_a_bar_counts_in_the_digits_of_the_language(shown: Terminal) -> None:
    language.choose("bn")
    try:
        with progress.progress("x") as heard:
            for done in range(1_000):
                heard(done, 1_900)
    finally:
        language.choose("en")
    assert "৫২%" in shown.getvalue()
    assert "52%" not in shown.getvalue()


def test_where_nobody_looks_there_is_no_bar(files: Path, desk: Desk) -> None:
    done = typed(files, "audit", "verify")
    assert (done.returncode, done.stderr) == (0, "")


def heard() -> None:
    """Heed Ctrl-C, which whoever runs the tests in the background may have had ignored."""
    signal.signal(signal.SIGINT, signal.default_int_handler)


def test_ctrl_c_at_a_terminal_ends_a_long_command_and_wipes_its_bar(files: Path) -> None:
    ours, theirs = pty.openpty()
    environment = {**os.environ, "TERM": "xterm", "UPAZILA_MONITOR_LANG": "bn", "COLUMNS": "100"}
    words = command(files, "replay", "-")
    heard()
    process = subprocess.Popen(
        words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=theirs, env=environment, start_new_session=True
    )
    seen = b""

    def read() -> bool:
        nonlocal seen
        while select.select([ours], [], [], 0)[0]:
            seen += os.read(ours, 65_536)
        return "রেকর্ড চালানো হচ্ছে".encode() in seen

    try:
        until(read, "the bar", within_s=60)
        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=60) == 130
        read()
    finally:
        process.kill()
        process.communicate()
        os.close(ours)
        os.close(theirs)
    assert b"Traceback" not in seen
    assert b"\x1b[2K" in seen[-40:]
    assert b"\x1b[?25h" in seen, "the cursor is there again"


@pytest.mark.parametrize(
    "words",
    [
        "backup create",
        "backup verify {copy}",
        "backup restore {copy}",
        "audit verify",
        "public export {home}/public",
        "replay {home}/rounds.jsonl --report {home}/made.json",
        "report --month 2026-11 --out {home}/made",
    ],
)
def test_ctrl_c_leaves_nothing_half(files: Path, desk: Desk, monkeypatch: pytest.MonkeyPatch, words: str) -> None:
    def pressed(_done: int, _of: int) -> None:
        raise KeyboardInterrupt

    @contextmanager
    def bars(*what: str) -> Iterator[object]:
        yield (pressed,) * len(what)

    copy, state = files / "copy.db", desk.store.state
    copies.create(desk.store.state / DATABASE, copy)
    before = everything(files)
    for module in ("progress", "backup", "public"):
        monkeypatch.setattr(f"monitor.cli.{module}.bars", bars)
    done = typed(files, *words.format(home=files, copy=copy).split())
    assert (done.returncode, done.stdout) == (130, "")
    left = {name: content for name, content in everything(files).items() if before.get(name) != content}
    assert set(left) <= {"public/.published-by-upazila-monitor", "var/daemon.lock"}
    assert not list((state / BACKUPS).glob("*"))


def test_ctrl_c_while_a_copy_takes_its_place_comes_too_late(
    files: Path, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    copy, state = files / "copy.db", desk.store.state
    copies.create(desk.store.state / DATABASE, copy)

    def pressed(source: Path, target: Path) -> None:
        os.kill(os.getpid(), signal.SIGINT)
        durable.move_durably(source, target)

    monkeypatch.setattr(copies, "move_durably", pressed)
    heard()
    done = typed(files, "backup", "restore", str(copy))
    assert done.returncode == 0, done.stderr
    assert "copy.db is the database now" in done.stdout
    assert (state / DATABASE).exists()


def test_a_file_that_is_half_written_at_ctrl_c_is_not_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_bytes(b"of before")

    def pressed(_handle: int) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "fsync", pressed)
    with pytest.raises(KeyboardInterrupt):
        durable.write_durably(tmp_path / "file", b"half")
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == {"file": b"of before"}


def everything(folder: Path) -> dict[str, bytes]:
    """Each file's content by its name, but for what the database keeps beside it while it is open."""
    files = (path for path in folder.rglob("*") if path.is_file() and "monitor.db-" not in path.name)
    return {str(path.relative_to(folder)): path.read_bytes() for path in files}


def test_ctrl_c_before_a_command_begins_is_no_traceback(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def pressed(_command: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("monitor.cli.app.prepare", pressed)
    done = typed(home, "tickets")
    assert (done.returncode, done.stdout, done.stderr) == (130, "", "")
