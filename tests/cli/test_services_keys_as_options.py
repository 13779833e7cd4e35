"""Keys of every sort can be options of `probe KIND`: typed they arrive as what they are, left out they are as ever."""

import json
from pathlib import Path
from typing import Annotated, Any, Literal

import pytest
from pydantic import Field

from monitor.cli.services import command_of
from monitor.probes.checks.base import ByHand, CheckKind, Outcome
from monitor.probes.checks.checks import CHECKS
from monitor.settings.base import PlainPath
from monitor.settings.services_section import ServiceCheck
from tests.cli.typed import do

KEYS = ("many", "far_s", "loud", "way", "file", "word")


class OddCheck(ServiceCheck):
    """A key of each sort."""

    kind: Literal["odd"] = "odd"
    many: Annotated[int, Field(ge=1, le=9)] | None = None
    """How many."""
    far_s: Annotated[float, Field(gt=0, le=60)] = 1.5
    """How far, in seconds."""
    loud: bool = False
    """Whether it is loud."""
    way: Literal["up", "down"] = "up"
    """Which way."""
    file: PlainPath | None = None
    """Which file."""
    word: str = ""
    """Which word."""


class WorseCheck(ServiceCheck):
    """Keys that nobody could type."""

    kind: Literal["worse"] = "worse"
    endless: float = 0.0
    """A number without limits."""
    many: tuple[str, ...] = ()
    """A list."""
    quiet: bool = True
    """What is true unless."""


def echo(wanted: ServiceCheck, _: object) -> Outcome:
    return Outcome(1, details={key: str(getattr(wanted, key)) for key in KEYS})


def kind(settings: type[ServiceCheck], *keys: str) -> CheckKind[Any]:
    by_hand = ByHand("Says it.", "TARGET", lambda _, options: options, options=dict.fromkeys(keys, ""))
    return CheckKind(settings, echo, by_hand, title="Odd", doc="Odd.")


@pytest.fixture
def odd(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(CHECKS, "odd", kind(OddCheck, *KEYS))


def told(*words: str) -> list[object]:
    done = do("probe", "odd", "x", "--json", *words)
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    return [found[key] for key in KEYS]


@pytest.mark.usefixtures("odd")
def test_what_is_left_out_is_as_the_settings_have_it() -> None:
    assert told() == ["None", "1.5", "False", "up", "None", ""]


@pytest.mark.usefixtures("odd")
def test_what_is_typed_arrives_as_what_it_is(tmp_path: Path) -> None:
    (tmp_path / "f").touch()
    words = ["--many", "৩", "--far-s", "0.5", "--loud", "--way", "down", "--file", str(tmp_path / "f"), "--word", "ক"]
    assert told(*words) == ["3", "0.5", "True", "down", str(tmp_path / "f"), "ক"]


@pytest.mark.usefixtures("odd")
@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (("--many", "10"), "Expected a whole number from 1 to 9"),
        (("--far-s", "x"), "Expected a number from 0 to 60"),
        (("--far-s", "0"), "far_s: found 0"),
        (("--way", "left"), "Expected 'up' or 'down'"),
        (("--file", "nosuch"), "--file: nosuch is not a file. Expected the path of one"),
    ],
    ids=lambda words: " ".join(words) if isinstance(words, tuple) else "",
)
def test_what_the_settings_would_refuse_is_refused_in_words(words: tuple[str, ...], expected: str) -> None:
    done = do("probe", "odd", "x", *words)
    assert done.returncode == 2
    assert expected in " ".join(done.stderr.replace("│", " ").split())


@pytest.mark.parametrize("key", ["endless", "many", "quiet"])
def test_a_key_that_nobody_could_type_is_told_to_who_adds_it(monkeypatch: pytest.MonkeyPatch, key: str) -> None:
    monkeypatch.setitem(CHECKS, "worse", kind(WorseCheck, key))
    with pytest.raises(TypeError, match=f"--{key} .*Expected"):
        command_of("worse")
