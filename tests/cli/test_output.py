"""What is printed: whole at any width, in any encoding, and to a reader who leaves."""

import ast
import json
import os
import subprocess
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest
from rich.cells import cell_len

from monitor.charter.office import Office
from monitor.configuration import load
from monitor.judging.decisions import SiteChanged
from monitor.judging.health import State
from monitor.store.opening import open_store
from tests.cli.typed import command, typed
from tests.desk import Desk
from tests.places import MONITOR

TABLES = (
    ["status", "--all"],
    ["outages"],
    ["tickets"],
    ["ticket", "show", "1"],
    ["events"],
    ["availability"],
    ["outbox"],
    ["notify", "explain", "1"],
    ["maintenance", "list"],
)


@pytest.fixture
def busy(home: Path, desk: Desk) -> Path:
    """An office with something in each of its tables."""
    desk.decide(SiteChanged("backbone-north", State.DOWN, desk.clock.utc() - timedelta(days=3)))
    for name, site in (("new-cable", "backbone-north"), ("roof", "lab-juniadaha-girls")):
        assert (
            typed(
                home, "maintenance", "add", name, "-m", "The operator moves it", "--site", site, "--minutes", "90"
            ).returncode
            == 0
        )
    return home


def figures(text: str) -> set[str]:
    """Every token that holds a digit, as it would be read off."""
    return {token.strip(",:·;") for token in text.split() if any(letter.isdigit() for letter in token)}


@pytest.mark.parametrize("words", TABLES, ids=" ".join)
@pytest.mark.parametrize("width", [80, 60, 40])
def test_no_figure_is_cut_however_narrow_the_terminal_is(
    busy: Path, words: list[str], width: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "400")
    whole = typed(busy, *words).stdout
    monkeypatch.setenv("COLUMNS", str(width))
    narrow = typed(busy, *words).stdout
    assert "…" not in narrow.replace("…", "…" if "…" in whole else "")
    ours = {token for token in figures(whole) if ":" not in token}  # an age goes on between the two looks
    assert ours <= figures(narrow)
    assert figures(whole)


def test_a_story_that_is_wrapped_shows_where_its_next_line_begins(busy: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    lines = typed(busy, "ticket", "show", "1").stdout.splitlines()
    first = next(number for number, line in enumerate(lines) if "  Next stage  " in line)
    assert lines[first].startswith("2026-")
    assert lines[first + 1].startswith(" " * 21), "the rest of an event stands below its kind"
    assert all(cell_len(line) <= 80 for line in lines)


def test_the_charter_keeps_its_figures_too(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "1000")
    whole = typed(home, "charter", "--lang", "en").stdout
    for width in ("80", "60"):
        monkeypatch.setenv("COLUMNS", width)
        narrow = typed(home, "charter", "--lang", "en").stdout
        assert figures(whole) <= figures(narrow)


@pytest.mark.parametrize(
    "words",
    [["status", "--all"], ["tickets", "--json"], ["charter"], ["calendar", "2026-12", "--lang", "bn"]],
    ids=" ".join,
)
def test_a_reader_that_leaves_at_once_hears_no_complaint(busy: Path, words: list[str]) -> None:
    line = " ".join(command(busy, *words)) + " | true; echo ${PIPESTATUS[0]}"
    buffered = {name: value for name, value in os.environ.items() if name != "PYTHONUNBUFFERED"}
    done = subprocess.run(["bash", "-c", line], env=buffered, capture_output=True, text=True, timeout=60, check=False)
    assert done.stderr == ""
    assert done.stdout.strip() == "141"


@pytest.mark.parametrize("words", [["tickets"], ["charter"], ["status", "--all"], ["events"]], ids=" ".join)
def test_a_full_disk_behind_the_output_is_told_once_and_in_words(busy: Path, words: list[str]) -> None:
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONUNBUFFERED"}
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            command(busy, *words),
            env=environment,
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            timeout=60,
            check=False,
        )
    assert done.returncode == 3
    assert done.stderr == "the output cannot be written: No space left on device\n"


def test_a_full_disk_is_told_in_the_readers_language(home: Path) -> None:
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            command(home, "charter", "--lang", "bn"), stdout=full, stderr=subprocess.PIPE, encoding="utf-8", timeout=60
        )
    assert done.returncode == 3
    assert "ডিস্কে জায়গা নেই" in done.stderr
    assert "No space" not in done.stderr


@pytest.mark.parametrize("encoding", ["ascii", "latin-1"])
def test_a_terminal_without_bangla_gets_escapes(busy: Path, encoding: str) -> None:
    environment = {**os.environ, "PYTHONIOENCODING": encoding, "LANG": "C"}
    for words in (["status", "--all", "--json"], ["charter"], ["ticket", "show", "1"]):
        done = subprocess.run(command(busy, *words), env=environment, capture_output=True, timeout=60, check=False)
        assert b"Traceback" not in done.stderr
        assert b"\\u09" in done.stdout
        if "--json" in words:
            names = [site["name_bn"] for site in json.loads(done.stdout.decode(encoding))["sites"]]
            assert any(letter >= "\u0980" for letter in "".join(names))


def test_letters_beyond_the_first_plane_are_escaped_as_json_does_it() -> None:
    from monitor.cli.streams import make_printable

    make_printable()
    assert "a😀\udcffé".encode("ascii", "monitor-escaped") == b"a\\ud83d\\ude00\\udcff\\u00e9"


def test_the_version_is_an_option_too(home: Path) -> None:
    assert typed(home, "--version").stdout == typed(home, "version").stdout != ""


def test_check_as_data_has_each_fault_by_file_line_and_key(home: Path) -> None:
    good = json.loads(typed(home, "check", "--json").stdout)
    assert (good["errors"], good["sites"]) == ([], 30)
    assert good["warnings"]
    (home / "config" / "monitor.toml").write_text("[probing]\necho = 3\n")
    done = typed(home, "check", "--json")
    assert done.returncode == 2
    (fault,) = json.loads(done.stdout)["errors"]
    assert (fault["line"], fault["key"]) == (2, "probing.echo")


def test_completion_knows_the_commands(home: Path) -> None:
    environment = {
        **os.environ,
        "_UPAZILA_MONITOR_COMPLETE": "complete_bash",
        "COMP_WORDS": "upazila-monitor stat",
        "COMP_CWORD": "1",
    }
    done = subprocess.run(command(home)[:1], env=environment, capture_output=True, text=True, timeout=60, check=False)
    assert done.stdout.split() == ["status"]


def test_events_tell_of_outages_and_can_be_asked_for_one_kind(busy: Path, desk: Desk) -> None:
    desk.comes_back("backbone-north")
    found = json.loads(typed(busy, "events", "--json").stdout)
    assert [line["kind"] for line in found if line["site"] == "backbone-north"][-2:] == ["outage_over", "outage"]
    only = json.loads(typed(busy, "events", "--kind", "outage", "--json").stdout)
    assert {line["kind"] for line in only} == {"outage"}
    assert "BHR-2026-000001" in only[0]["text"]
    assert json.loads(typed(busy, "events", "lab-dharampur-girls", "--json").stdout) == []
    assert "Did you mean 'outage'?" in typed(busy, "events", "--kind", "outag").stderr
    unknown = typed(busy, "events", "backbone-nroth")
    assert (unknown.returncode, "Did you mean 'backbone-north'?" in unknown.stderr) == (2, True)


def test_planned_work_without_a_site_must_say_everywhere(home: Path, desk: Desk) -> None:
    words = ("maintenance", "add", "all", "-m", "Data centre", "--minutes", "90")
    assert "about which sites?" in typed(home, *words).stderr
    assert typed(home, *words, "--everywhere", "--site", "backbone-north").returncode == 2
    assert "all sites" in typed(home, *words, "--everywhere").stdout


def test_a_recorded_reason_commands_no_terminal(home: Path) -> None:
    lines = [
        {"t": f"2026-11-24T10:0{minute}:00+06:00", "device": "backbone-north", "verdict": "failed", "reason": REASON}
        for minute in range(10)
    ]
    text = "\n".join(map(json.dumps, lines))
    (home / "samples.jsonl").write_text(text, encoding="utf-8-sig")  # as some editors and shells write it
    for words in ((), ("--json",)):
        said = typed(home, "replay", str(home / "samples.jsonl"), *words).stdout
        assert "outage begins" in said or "outage_opened" in said
        assert "[31mred" in said
        assert not set("\x1b\x07\u202e") & set(said)


REASON = "\x1b[31mred\x07\u202e"


@pytest.mark.parametrize(
    "words",
    [
        ["ticket", "comment", "BHR-2026-000001", "--text", "seen"],
        pytest.param(
            ["ticket", "new", "--service", "6", "--by", "phone", "--from", "Rahima", "--text", "help"],
            marks=pytest.mark.long,
        ),
        pytest.param(["outbox", "resend", "1"], marks=pytest.mark.long),
    ],
)
def test_what_the_database_refuses_when_it_is_committed_is_not_said_to_be_done(served: Path, words: list[str]) -> None:
    settings = load(served / "config")
    desk = Desk(Office.of(settings), open_store(settings.state, settings.server))
    with closing(desk.store):
        desk.goes_down("backbone-north")
        desk.look()
        with desk.store.write() as session:
            for statement in REFUSES_COMMITS.split(";;"):
                session.connection().exec_driver_sql(statement)

    done = typed(served, "--lang", "en", *words)
    assert (done.returncode, done.stdout) == (3, ""), done.stderr
    assert "the disk of the history is full" in done.stderr


REFUSES_COMMITS = """
CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'the disk of the history is full' USING ERRCODE = 'disk_full'; END $$;;
CREATE CONSTRAINT TRIGGER refused AFTER INSERT ON acts DEFERRABLE INITIALLY DEFERRED
FOR EACH ROW EXECUTE FUNCTION refuse();;
CREATE CONSTRAINT TRIGGER refused AFTER INSERT ON ticket_events DEFERRABLE INITIALLY DEFERRED
FOR EACH ROW EXECUTE FUNCTION refuse()
"""


def test_no_command_prints_while_what_it_does_may_still_be_refused() -> None:
    found = [f"{path.name}:{line}" for path in (MONITOR / "cli").glob("*.py") for line in _said_too_early(path)]
    assert found == []


def _said_too_early(path: Path) -> Iterator[int]:
    """The lines of a file on which something is printed within a transaction that writes."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.With) and {_called(item.context_expr) for item in node.items} & WRITING:
            said = (each for part in node.body for each in ast.walk(part) if _called(each).strip("_") in PRINTING)
            yield from (each.lineno for each in said if isinstance(each, ast.Call))


WRITING = {"write", "write_once", "_acts"}
PRINTING = {"print", "print_json", "say", "say_user", "echo"}


def _called(node: ast.AST) -> str:
    if not isinstance(node, ast.Call):
        return ""
    return node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
