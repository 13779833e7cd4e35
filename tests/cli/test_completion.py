"""Completion at the shell: in a real bash, and what zsh and fish are given."""

import os
import pty
import select
import shutil
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from monitor.charter.office import Office
from monitor.cli import completion
from monitor.configuration import load
from monitor.store.opening import DATABASE, open_store
from package.completions import completions
from tests.cli.typed import PROGRAM, run
from tests.desk import Desk

PATIENCE_S = 120.0
PROMPT = "READY>"


class Bash:
    """A bash at a terminal, which has our completion and nothing else of anybody's."""

    def __init__(self, home: Path, language: str) -> None:
        script = home / "completion.bash"
        script.write_text(completions()["bash"])
        bash = shutil.which("bash")
        assert bash is not None
        environment = {
            "PATH": f"{Path(PROGRAM).parent}:/usr/bin:/bin",
            "PS1": PROMPT,
            "TERM": "dumb",
            "COLUMNS": "120",
            "LC_ALL": "C.UTF-8",
            "HOME": str(home),
            "INPUTRC": "/dev/null",
            "UPAZILA_MONITOR_CONFIG": str(home / "config"),
            "UPAZILA_MONITOR_LANG": language,
        }
        self._child, self._terminal = pty.fork()
        if self._child == 0:
            os.chdir(home)
            os.execve(bash, [bash, "--norc", "--noprofile", "-i"], environment)
        self._shown = ""
        self._type(f". {script}; bind 'set bell-style none'; bind 'set completion-query-items 0'\n")
        self._until(lambda shown: shown.count(PROMPT) >= 2)

    def complete(self, line: str, expected: str) -> str:
        """Types a line and Tab twice, waits for what is expected, and returns all that was shown."""
        self._shown = ""
        self._type(f"{line}\t\t")
        self._until(lambda shown: expected in shown)
        found = self._shown
        self._type("\x15echo over\n")  # the line is taken back
        self._until(lambda shown: "\r\nover\r\n" in shown)
        return found

    def close(self) -> None:
        os.close(self._terminal)  # it gets SIGHUP
        os.waitpid(self._child, 0)

    def _type(self, text: str) -> None:
        os.write(self._terminal, text.encode())

    def _until(self, is_there: "object") -> None:
        ends = time.monotonic() + PATIENCE_S
        while not is_there(self._shown):  # type: ignore[operator]
            left = ends - time.monotonic()
            assert left > 0, f"not shown: {self._shown!r}"
            if select.select([self._terminal], [], [], min(left, 1.0))[0]:
                self._shown += os.read(self._terminal, 65_536).decode(errors="replace")


@pytest.fixture
def bash(home: Path, desk: Desk) -> Iterator[Bash]:
    made = Bash(home, "en")
    yield made
    made.close()


def test_bash_completes_sites_tickets_and_unions(bash: Bash) -> None:
    both = bash.complete("upazila-monitor history backbone-", "backbone-north")
    assert "backbone-bheramara" in both
    assert "udc-" not in both
    assert "BHR-2026-000001" in bash.complete("upazila-monitor ticket show B", "BHR-2026-000001")
    assert "juniadaha" in bash.complete("upazila-monitor report --union junia", "juniadaha")


def asked(home: Path, monkeypatch: pytest.MonkeyPatch, environment: Mapping[str, str]) -> tuple[int, str, str]:
    """What a shell is told, as it asks."""
    monkeypatch.setenv("UPAZILA_MONITOR_CONFIG", str(home / "config"))
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    done = run(home)
    return done.returncode, done.stdout, done.stderr


def test_zsh_gets_each_site_with_its_name(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    line = "upazila-monitor history backbone-"
    words = {"_UPAZILA_MONITOR_COMPLETE": "complete_zsh", "_TYPER_COMPLETE_ARGS": line, "UPAZILA_MONITOR_LANG": "en"}
    code, shown, said = asked(home, monkeypatch, words)
    assert (code, said) == (0, "")
    assert '"backbone-north":"Northern backbone link example"' in shown


def test_fish_gets_each_ticket_with_its_state(home: Path, desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    words = {
        "_UPAZILA_MONITOR_COMPLETE": "complete_fish",
        "_TYPER_COMPLETE_FISH_ACTION": "get-args",
        "_TYPER_COMPLETE_ARGS": "upazila-monitor ticket ack ",
        "UPAZILA_MONITOR_LANG": "bn",
    }
    code, shown, said = asked(home, monkeypatch, words)
    assert (code, said) == (0, "")
    assert shown.strip() == "BHR-2026-000001\tbackbone-north খোলা"


def test_the_tickets_of_a_server_are_completed(served: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = load(served / "config")
    desk = Desk(Office.of(settings), open_store(settings.state, settings.server))
    desk.goes_down("backbone-north")
    desk.look()
    desk.store.close()
    words = {
        "_UPAZILA_MONITOR_COMPLETE": "complete_fish",
        "_TYPER_COMPLETE_FISH_ACTION": "get-args",
        "_TYPER_COMPLETE_ARGS": "upazila-monitor ticket ack ",
        "UPAZILA_MONITOR_LANG": "en",
    }
    assert asked(served, monkeypatch, words)[1].startswith("BHR-2026-000001\t")


@pytest.mark.parametrize("spoil", ["config", "database"])
def test_where_nothing_can_be_read_tab_says_nothing(
    home: Path, desk: Desk, monkeypatch: pytest.MonkeyPatch, spoil: str
) -> None:
    if spoil == "config":
        (home / "config" / "sites.toml").write_text("[")
    else:
        (desk.store.state / DATABASE).write_bytes(b"no database")
    words = {
        "_UPAZILA_MONITOR_COMPLETE": "complete_bash",
        "COMP_WORDS": "upazila-monitor ticket ack ",
        "COMP_CWORD": "3",
    }
    code, shown, said = asked(home, monkeypatch, words)
    assert (code, shown.strip(), said) == (0, "", "")


def test_what_a_shell_would_take_for_more_than_a_word_is_left_out() -> None:
    hostile = [("$(reboot)", ""), ("a b", ""), ("a;b", ""), ("'x", ""), ("", ""), ("জুনিয়াদহ", "it's (2) $HOME `x`")]
    assert completion._plain(hostile) == [("জুনিয়াদহ", "its 2 HOME x")]
