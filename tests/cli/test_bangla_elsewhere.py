"""What commands print in Bangla: no English word is left that is not a name, a unit, a command, a key or an address."""

import json
import re
import tomllib
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from monitor.cli.spreadsheet import COLUMNS
from monitor.domain.notice_kinds import NoticeKind
from monitor.runtime.virtual.replay_events import KINDS
from tests.cli.typed import Done, typed
from tests.desk import Desk
from tests.i18n.latin import latin_words
from tests.i18n.pseudo import LANG, escaped, pseudo, pseudo_locales

__all__ = ["pseudo", "pseudo_locales"]

NUMBER = "BHR-2026-000001"
HASH = "f" * 64
OF_THE_OFFICE: Sequence[Sequence[str]] = [
    ["check"],
    ["reload"],
    ["outbox"],
    ["outbox", "--dead"],
    ["outbox", "resend", "1"],
    ["notify", "explain", NUMBER],
    ["notify", "explain", "99"],
    ["notify", "test", "017", "--by", "sms"],
    ["helpdesk"],
    ["helpdesk", "test"],
    ["maintenance", "list"],
    [
        "maintenance",
        "add",
        "new-cable",
        "--text",
        "\u09a4\u09be\u09b0",
        "--behind",
        "backbone-north",
        "--minutes",
        "30",
    ],
    [
        "maintenance",
        "add",
        "w",
        "--text",
        "\u09a4\u09be\u09b0",
        "--everywhere",
        "--days",
        "friday",
        "--opens",
        "02:00",
        "--minutes",
        "9",
    ],
    ["maintenance", "add", "w", "--text", "\u09a4\u09be\u09b0"],
    ["maintenance", "add", "w", "--text", "\u09a4\u09be\u09b0", "--everywhere"],
    ["user", "list"],
    ["user", "add", "\u09b0\u09b9\u09bf\u09ae", "--role", "officer", "--kind", "lab"],
    ["user", "add", "\u09b0\u09b9\u09bf\u09ae", "--role", "officer"],
    ["user", "list"],
    ["user", "passwd", "\u09b0\u09b9\u09bf\u09ae"],
    ["user", "disable", "\u09b0\u09b9\u09bf\u09ae"],
    ["user", "change", "\u09b0\u09b9\u09bf\u09ae"],
    ["user", "sessions"],
    ["token", "list"],
    ["token", "list"],
    ["token", "revoke", "\u09ab\u09bf\u09a1"],
    ["audit", "verify"],
    ["tickets", "export"],
    ["backup", "create"],
    ["backup", "verify"],
    ["backup", "restore", "--head", "zz"],
    ["clock"],
    ["clock", "trust"],
    ["ticket", "new", "--by", "phone", "--from", "A", "--text", "\u09a8\u09c7\u099f", "--service", "8"],
    ["ticket", "new", "--by", "phone", "--from", "A", "--text", "\u09a8\u09c7\u099f"],
    ["ticket", "new", "--by", "phone", "--from", "A", "--text", "\u09a8\u09c7\u099f", "--service", "99"],
    ["ticket", "show", NUMBER],
    ["ticket", "correct", NUMBER, "--reason", "\u09ad\u09c1\u09b2"],
]
SLOW: Sequence[Sequence[str]] = [
    ["notify", "test", "me@example.org", "--kind", "opened"],
    ["simulate", "--months", "1", "--from", "2026-11-23T10:00"],
]
OF_NO_OFFICE: Sequence[Sequence[str]] = [
    ["probe", "icmp", "127.0.0.1", "--count", "1", "--timeout", "0.5"],
    ["probe", "icmp", "127.0.0.1", "x", "224.0.0.1"],
    ["probe", "icmp"],
    ["probe", "icmp", "127.0.0.1", "--socket", "odd"],
    ["probe", "trace", "127.0.0.1"],
    ["probe", "trace", "x"],
    ["probe", "tcp", "127.0.0.1:9"],
    ["probe", "smtp", "127.0.0.1:9"],
    ["probe", "snmp", "127.0.0.1"],
    ["probe", "snmp", "[x", "--community-file", "f"],
    ["probe", "snmp", "127.0.0.1:99999", "--community-file", "f"],
    ["probe", "snmp", "224.0.0.1", "--community-file", "f"],
    ["discover", "x"],
    ["discover", "127.77.1.3/29"],
    ["discover", "127.0.0.0/8"],
    ["discover", "127.77.1.0/30"],
    ["version"],
]
LISTS = {
    "good.csv": "id,kind,name_bn,name_en,address\nx-1,lab,\u0995,k,127.0.0.9\n",
    "short.csv": "id,kind\nx-1,lab\n",
    "odd.csv": "id,kind,name_bn,name_en,address,wish\nx-1,lab,\u0995,k,127.0.0.9,y\n",
    "twice.csv": "id,id,kind,name_bn,name_en,address\nx-1,x-1,lab,\u0995,k,127.0.0.9\n",
    "long.csv": "id,kind,name_bn,name_en,address\nx-1,lab,\u0995,k,127.0.0.9,1,2\n",
    "bad.csv": "id,kind,name_bn,name_en,address,parent\nX 1,lab,??,k,127.0.0.9,x-7\nx-2,lab,\u0995,k,127.0.0.9,x-2\n",
    "empty.csv": "id,kind,name_bn,name_en,address\n",
}
SAMPLES = [
    {
        "t": f"2026-11-24T10:{minute:02}:00+06:00",
        "device": "backbone-north",
        "verdict": "failed" if minute < 20 else "ok",
    }
    for minute in range(40)
]
RECORDINGS = {
    "story.jsonl": "\n".join(map(json.dumps, SAMPLES)),
    "no-json.jsonl": "{",
    "no-device.jsonl": json.dumps({"t": "2026-11-24T10:00:00+06:00", "device": "zz", "verdict": "ok"}),
    "no-time.jsonl": json.dumps({"t": "x", "device": "backbone-north", "verdict": "ok"}),
    "no-kind.jsonl": json.dumps({"t": "2026-11-24T10:00:00+06:00", "kind": "zz"}),
    "too-late.jsonl": "\n".join(map(json.dumps, [SAMPLES[1], SAMPLES[0]])),
}
NAMES = {
    "250 ok",
    "auto, ping",
    "raw",
    "HOST",
    "t, device",
    "A teacher",  # what is made up is said in both languages
    "The lab's computers do not start",
    "verdict",
    *NoticeKind,
    *COLUMNS,
    *KINDS,
}  # a server's answer; what options, columns and keys take
DATES = re.compile(r"[A-Z][a-z]+day, \d+ [A-Z][a-z]+ \d+")


def texts(node: object) -> Iterator[str]:
    """Every text of a configuration."""
    if isinstance(node, str):
        yield node
    elif isinstance(node, dict | list):
        for each in node.values() if isinstance(node, dict) else node:
            yield from texts(each)


def said(done: Done) -> str:
    """Both of its streams."""
    return done.stdout + done.stderr


@pytest.fixture
def at_home(home: Path, desk: Desk, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The office, with its first letters sent and the commands' working folder in it."""
    desk.send_all()
    monkeypatch.chdir(home)
    return home


@pytest.mark.parametrize(
    "commands",
    [OF_THE_OFFICE, OF_NO_OFFICE, pytest.param(SLOW, marks=pytest.mark.long)],
    ids=["office", "network", "slow"],
)
def test_commands_speak_bangla_only(at_home: Path, commands: Sequence[Sequence[str]]) -> None:
    printed = {" ".join(words): said(typed(at_home, "--lang", "bn", *words)) for words in commands}
    found = {words: latin_words(text.replace(str(at_home), "/home"), NAMES) for words, text in printed.items()}
    assert {words: latin for words, latin in found.items() if latin} == {}


@pytest.mark.parametrize("name", LISTS)
def test_a_list_of_sites_is_judged_in_bangla_only(home: Path, name: str) -> None:
    (home / name).write_text(LISTS[name], encoding="utf-8")
    done = typed(home, "--lang", "bn", "import", str(home / name))
    assert latin_words(done.stderr.replace(str(home), "/home"), NAMES) == []
    assert done.returncode == typed(home, "import", str(home / name)).returncode


@pytest.mark.parametrize("name", RECORDINGS)
def test_a_replay_speaks_bangla_only(home: Path, name: str) -> None:
    (home / name).write_text(RECORDINGS[name], encoding="utf-8")
    done = typed(home, "--lang", "bn", "replay", str(home / name))
    assert latin_words(said(done).replace(str(home), "/home"), NAMES) == []
    assert done.returncode == typed(home, "replay", str(home / name)).returncode


@pytest.mark.parametrize("commands", [OF_THE_OFFICE, OF_NO_OFFICE], ids=["office", "network"])
def test_nothing_comes_past_the_catalogue(at_home: Path, pseudo: str, commands: Sequence[Sequence[str]]) -> None:
    """Only one language more: what it says in plain letters is a name, a command, a key or an address."""
    names = NAMES | set(texts(tomllib.loads((at_home / "config" / "charter.toml").read_text(encoding="utf-8"))))
    found = {}
    for words in commands:
        text = said(typed(at_home, "--lang", LANG, *words)).replace(str(at_home), "/home")
        text = DATES.sub("", text)  # which are CLDR's, that has not heard of this language
        plain = set(escaped(text, names))
        found[" ".join(words)] = [word for word in latin_words(text, names) if word in plain]
    assert {words: left for words, left in found.items() if left} == {}


@pytest.mark.parametrize(
    "words",
    [["outbox"], ["notify", "explain", NUMBER], ["helpdesk"], ["maintenance", "list"], ["check"], ["audit", "verify"]],
    ids=" ".join,
)
def test_json_does_not_change_with_the_language(at_home: Path, words: Sequence[str]) -> None:
    assert typed(at_home, "--lang", "bn", *words, "--json") == typed(at_home, "--lang", "en", *words, "--json")
