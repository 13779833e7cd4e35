"""The language of the command line: who decides on it, and that nothing but it is spoken."""

import calendar
import os
import re
import socket
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import typer.main
from typer import Context
from typer.core import TyperGroup

from monitor.cli import language
from monitor.cli.app import app
from monitor.cli.columns import width
from monitor.cli.examples import examples_of
from tests.cli.typed import command, do, run, typed
from tests.desk import Desk
from tests.i18n.latin import latin_words
from tests.i18n.pseudo import escaped, pseudo, pseudo_locales
from tests.places import SHIPPED

__all__ = ["pseudo", "pseudo_locales"]

# fmt: off
TYPED = {"month", "quarter", "year", "last",
    "LANG", "bn", "en", "both", "TIME", "KEY", "HOST", "PORT", "ADDRESS", "DIR", "NAME", "FILE", "stdin", "stdout",
    "null", "var", "h", "Ctrl", "C", "SIGTERM", "SIGHUP", "ping", "traceroute", "phone", "person", "email", "letter",
    "sms", "sunday", "monday", "outage", "restarted", "auto", "raw", "starttls", "tls", "none", "A", "AAAA", "CNAME",
    "MX", "NS", "PTR", "SOA", "SRV", "TXT", "id", "kind", "union", "latitude", "longitude", "parent", "operator",
    "address", "snmp", "simulation", "warnings", "sites", "devices", "\u09ee",
    "upazila", "district", "division", "MIR", "PostgreSQL",
}
# fmt: on
"""What is typed as it stands, or stands for what is typed, in help of every language."""


def every_command() -> Iterator[tuple[str, Any]]:
    """Every command as it is typed, groups too, and those that are made when they are asked for."""
    waiting: list[tuple[str, Any]] = [("", typer.main.get_command(app))]
    while waiting:
        name, found = waiting.pop()
        yield name, found
        if isinstance(found, TyperGroup):
            context = Context(found)
            below = [(each, found.get_command(context, each)) for each in found.list_commands(context)]
            waiting += [(f"{name} {each}".strip(), one) for each, one in below]


COMMANDS = dict(every_command())
WITH_JSON = [name for name, found in COMMANDS.items() if any(each.name == "as_json" for each in found.params)]

# -------------------------------------------------------------------------------------------------------- who decides


@pytest.fixture
def office_in_bangla(home: Path) -> Path:
    charter = home / "config" / "charter.toml"
    charter.write_text(re.sub(r"(?m)^lang = .*", 'lang = "bn"', charter.read_text(), count=1))
    return home


@pytest.mark.parametrize(
    ("words", "environment", "spoken"),
    [
        ("status", {}, "bn"),
        ("status", {"UPAZILA_MONITOR_LANG": "en"}, "en"),
        ("--lang bn status", {"UPAZILA_MONITOR_LANG": "en"}, "bn"),
        ("--lang=en status", {"UPAZILA_MONITOR_LANG": "bn"}, "en"),
        ("status --lang bn", {"UPAZILA_MONITOR_LANG": "en"}, "bn"),
        ("--lang bn status --lang en", {}, "en"),
        ("ticket show 1 --lang=en", {}, "en"),
        ("notify test me@example.org --lang both", {"UPAZILA_MONITOR_LANG": "en"}, "en"),
        ("comment 1 --text -- --lang en", {}, "bn"),
    ],
)
def test_the_option_decides_then_the_environment_then_the_office(
    office_in_bangla: Path, words: str, environment: dict[str, str], spoken: str
) -> None:
    typed_words = ["--config", str(office_in_bangla / "config"), *words.split()]
    assert language.wanted_language(typed_words, environment) == spoken


def test_an_office_without_a_language_is_answered_in_english(home: Path) -> None:
    assert language.wanted_language(["--config", str(home / "config"), "status"], {}) in {"en", "bn"}
    assert language.wanted_language(["--config", str(home / "nowhere"), "status"], {}) == "en"


@pytest.mark.timeout(60)
@pytest.mark.parametrize("kind", ["pipe", "huge", "depth"])
def test_a_charter_that_cannot_be_read_holds_no_command_up_and_leaves_it_english(home: Path, kind: str) -> None:
    """It is looked at before anything is: by every command, and for its help."""
    charter = home / "config" / "charter.toml"
    charter.unlink()
    if kind == "pipe":
        os.mkfifo(charter)
    elif kind == "huge":
        with charter.open("wb") as file:
            file.truncate(10**12)  # without using the disk; nobody has the memory for it
    else:
        charter.write_text("a = " + "[" * 100_000)
    assert language.wanted_language(["--config", str(home / "config"), "status"], {}) == "en"
    assert typed(home, "version").returncode == 0


@pytest.mark.parametrize(
    "words", [["--lang", "xx", "version"], ["version", "--lang", "xx"], ["calendar", "--lang=xx", "2026-12"]]
)
def test_a_language_that_there_is_not_is_refused(words: list[str]) -> None:
    done = do(*words)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "--lang: no language 'xx'. Expected one of: bn, en\n"


def test_an_unknown_language_of_the_environment_is_refused_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("UPAZILA_MONITOR_LANG", "klingon")
    assert do("version").returncode == 2


def test_a_terminal_without_bangla_letters_is_answered_in_english(home: Path) -> None:
    plain = {**os.environ, "LC_ALL": "C", "PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0", "UPAZILA_MONITOR_LANG": "bn"}
    done = subprocess.run(command(home, "tickets", "--help"), capture_output=True, env=plain, timeout=60, check=True)
    assert b"List tickets, newest first" in done.stdout


# ------------------------------------------------------------------------------------------------- nothing but Bangla


SOME_NOW = [pytest.param(name, marks=[pytest.mark.long] * (" " in name)) for name in COMMANDS]
"""Commands of groups have their turn in the long tier: each is a process of its own."""


@pytest.mark.parametrize("name", SOME_NOW)
def test_help_in_bangla_has_no_english_word(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "400")
    done = do(*name.split(), "--help", "--lang", "bn")
    assert done.returncode == 0
    assert latin_words(without_names(done.stdout, name)) == []


@pytest.mark.parametrize("name", SOME_NOW)
def test_no_text_of_help_escapes_the_catalogue(name: str, pseudo: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "400")
    done = do(*name.split(), "--help", "--lang", pseudo)
    assert done.returncode == 0
    assert escaped(without_names(done.stdout, name)) == []


def without_names(text: str, name: str) -> str:
    """The help of a command without the names of commands, options and values, and what is typed as it stands."""
    found = COMMANDS[name]
    values = {value for each in found.params for value in (each.metavar, each.name, *_choices(each)) if value}
    below = found.list_commands(Context(found)) if isinstance(found, TyperGroup) else []
    text = re.sub(rf"^│ ({'|'.join(map(re.escape, below))}) ", "", text, flags=re.MULTILINE) if below else text
    for example in sorted(examples_of(name.split()), key=len, reverse=True):  # one may begin as another does
        text = text.replace(example, " ")
    for word in (
        f"upazila-monitor {name}",
        "upazila-monitor",
        "UPAZILA_MONITOR_CONFIG",
        "UPAZILA_MONITOR_OFFICE",
        ": config]",
        "UPAZILA_MONITOR_LANG",
    ):
        text = text.replace(word, " ")
    text = re.sub(r"\{.*?\}|--[a-z-]+|(?<= )-[a-zA-Z]\b|`[a-z]+`|'[a-z]*'|[a-z]\w*\.toml", " ", text)
    return re.sub(rf"(?<![\w-])({'|'.join(sorted(map(re.escape, values | TYPED), reverse=True))})(?![\w-])", " ", text)


def _choices(option: Any) -> list[str]:
    return [str(each) for each in getattr(option.type_descriptor, "choices", None) or ()]


def test_the_frame_of_help_in_bangla_stands_straight(home: Path) -> None:
    lines = run(home, "ticket", "--help", "--lang", "bn").stdout.splitlines()
    assert {width(line) for line in lines if line.startswith(("│", "╭", "╰"))} == {80}


WRONG = (
    "calendar",
    "calendar 2026-13",
    "calendar 1999-12",
    "outage",
    "nothing-like-it",
    "deadline --servic 3",
    "deadline --service",
    "deadline --json=1",
    "deadline --service citizen:8 --from never",
    "deadline --service citizen:80 --from 2026-11-23T16:30",
    "deadline --service zzz --from 2026-11-23T16:30",
    "deadline",
    "tickets --limit x",
    "tickets extra words",
    "availability --from never",
    "availability --from 2026-11-02 --to 2026-11-01",
    "availability nowhere",
    "events nowhere",
    "events --kind nothing",
    "ticket show 99",
    "ticket ack 1 --until 1066-01-01",
)


def test_mistakes_are_answered_in_the_language_and_with_the_same_exit_code(
    desk: Desk, home: Path, pseudo: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "300")
    for words in WRONG:
        english, bangla, made_up = (typed(home, "--lang", lang, *words.split()) for lang in ("en", "bn", pseudo))
        assert english.returncode == bangla.returncode == made_up.returncode > 0, words
        shown = re.sub(
            r"upazila-monitor [a-z ]*|COMMAND|extra words|YYYY-MM|citizen|official|outage", " ", bangla.stderr
        )
        assert latin_words(shown) == [], words
        assert "⟦" in made_up.stderr, words


# ---------------------------------------------------------------------------------------------------- what is printed

PRINTED = (
    "status",
    "status --all",
    "outages",
    "tickets",
    "ticket show 1",
    "events",
    "availability backbone-north",
    "charter",
    "calendar 2026-12",
    "calendar 2026-03",
    "deadline --service citizen:8 --from 2026-12-15T16:30",
    "deadline --service citizen:8 --from 2027-12-31T16:30",
    "deadline --service citizen:10 --from 2026-12-15T16:30",
)


CLDR = {*calendar.day_name, *calendar.day_abbr, *calendar.month_name}
"""Names of days and months, which CLDR lacks in the made-up language."""


@pytest.fixture
def busy(desk: Desk, home: Path) -> Path:
    """An office with an outage, and a ticket with a history."""
    for words in ("ack 1 --text x", "start 1 --text x", "wait 1 --text x", "comment 1 --text x"):
        assert typed(home, "ticket", *words.split(), "--as", "tester").returncode == 0
    return home


def test_what_is_printed_in_bangla_has_bangla_digits_and_no_english_word(
    busy: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "300")
    for words in PRINTED:
        shown = without_data(typed(busy, "--lang", "bn", *words.split()).stdout)
        assert latin_words(shown) == [], words
        assert re.findall("[0-9]+", shown) == [], words


def test_nothing_that_is_printed_escapes_the_catalogue(
    busy: Path, pseudo: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "300")
    data = names_of_the_configuration()
    for words in PRINTED:
        shown = without_data(typed(busy, "--lang", pseudo, *words.split()).stdout)
        assert set(escaped(shown, data)) <= CLDR, words


def without_data(text: str) -> str:
    """What is printed without ids and addresses, and what the test typed."""
    ids = r"BHR-\d{4}-\d+|(citizen|official):\d+|\b(lab|udc|backbone|office)(-[a-z]+)+|(cli:)?tester|\bx\b"
    return re.sub(rf"{ids}|\bGRS\b|\S*@\S+|www\.\S+", " ", text)


def names_of_the_configuration() -> set[str]:
    """Every text in quotes of the configuration's files, each of its lines, and what is joined from it."""
    found = set[str]()
    for path in SHIPPED.glob("*.toml"):
        for text in re.findall(r'"([^"\n]+)"', path.read_text(encoding="utf-8")):
            found |= {text, *re.split(r"[;,()] ?", text)} - {""}
    return found


def test_days_on_the_way_to_a_deadline_stand_in_columns(home: Path) -> None:
    words = "deadline --service citizen:8 --from 2026-12-15T16:30 --lang bn"
    days = [line for line in typed(home, *words.split()).stdout.splitlines() if line.startswith("  ")]
    columns = {width(line[: re.search(r"  [–\d]  ", line).start()]) for line in days}  # type: ignore[union-attr]
    assert len(days) == 3
    assert len(columns) == 1, days


# --------------------------------------------------------------------------------------------------------------- JSON


@pytest.fixture
def closed_port() -> Iterator[int]:
    """A port of loopback at which nobody listens while the test runs."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        yield taken.getsockname()[1]


ORDER = ("--order", "1", "--dated", "2026-11-24", "--en", "x")


def json_words(name: str, home: Path, port: int) -> list[str]:
    """How the command is typed."""
    copy = str(home / "copy.db")
    arguments: dict[str, Callable[[], list[str]]] = {
        "backup create": lambda: ["--output", str(home / f"copy-{len(list(home.iterdir()))}.db")],
        "backup verify": lambda: [copy],
        "db copy": lambda: [str(home / "var"), str(home / f"moved-{len(list(home.iterdir()))}")],
        "calendar month": lambda: ["2026-12"],
        "calendar order": lambda: ["closed", *ORDER, "--date", "2026-12-08", "--dry-run"],
        "public export": lambda: [str(home / "public")],
        "notes list": lambda: ["udc-juniadaha"],
        "offices show": lambda: ["bheramara"],
        "history": lambda: ["udc-juniadaha"],
        "deadline": lambda: ["--service", "citizen:8", "--from", "2026-12-15T16:30"],
        "discover": lambda: ["127.0.0.1"],
        "replay": lambda: [str(recorded(home))],
        "notify explain": lambda: ["1"],
        "ticket show": lambda: ["1"],
        "probe icmp": lambda: ["127.0.0.1", "--count", "1"],
        "probe trace": lambda: ["127.0.0.1"],
        "probe tcp": lambda: [f"127.0.0.1:{port}"],
        "probe http": lambda: [f"http://127.0.0.1:{port}/"],
        "probe smtp": lambda: [f"127.0.0.1:{port}"],
        "probe dns": lambda: ["example.org", "--server", f"127.0.0.1:{port}"],
    }
    return [*name.split(), *arguments.get(name, list)(), "--json"]


def recorded(home: Path) -> Path:
    """A file of samples in which a centre falls silent."""
    file = home / "samples.jsonl"
    line = '{{"t": "2026-11-24T10:{minute:02}:00+06:00", "device": "udc-juniadaha/gateway", "verdict": "{verdict}"}}\n'
    verdicts = ["ok"] * 3 + ["failed"] * 6
    file.write_text("".join(line.format(minute=minute, verdict=each) for minute, each in enumerate(verdicts)))
    return file


ELSEWHERE = {  # what needs more than an office in a folder; each prints the same document as a sibling, or no words
    "backup restore",
    "probe snmp",
    "user add",
    "user change",
    "user disable",
    "user enable",
    "user passwd",
    "token add",
    "calendar undo",
}


def test_json_is_the_same_in_every_language(busy: Path, closed_port: int) -> None:
    assert typed(busy, "backup", "create", "--output", str(busy / "copy.db")).returncode == 0
    for name in sorted(set(WITH_JSON) - ELSEWHERE):
        english, bangla = (typed(busy, "--lang", lang, *json_words(name, busy, closed_port)) for lang in ("en", "bn"))
        assert english.returncode == bangla.returncode, name
        assert english.stdout, name
        assert measured(english.stdout) == measured(bangla.stdout), name


def measured(text: str) -> str:
    """The document without figures, which differ from one run to the next."""
    return re.sub(r"[0-9]+", "#", text)
