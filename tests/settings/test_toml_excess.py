"""The quick look at a file's brackets says nothing else than counting them one by one."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from monitor.settings import toml, toml_limits
from monitor.settings.problems import ConfigError

PIECES = [
    "[",
    "]",
    "{",
    "}",
    ".",
    "a",
    '"',
    "'",
    '"""',
    "'''",
    "\n",
    "#",
    "\\",
    "=",
    ",",
    "1" * 50,
    "[[",
    "[]",
    "{[",
    "]}",
]
PIECES += ["." * 7, "a." * 7, "[" * 9, "]" * 9, '["', "']"]


def outcome(source: bytes) -> object:
    """The data, or what is told."""
    try:
        return toml.parse(source, "x.toml").data
    except ConfigError as error:
        return error.problems


@given(st.lists(st.sampled_from(PIECES), max_size=80).map("".join))
@example("x = " + "[" * 20 + "]" * 20)
@example("x = " + "[" * 21 + "]" * 21)
@example("x = " + "{a=[" * 10 + "]}" * 10)
@example("x = " + "{a=[" * 11 + "]}" * 11)
@example('x = ["]", ' + "[" * 20 + "]" * 21)
def test_both_ways_agree(text: str) -> None:
    quickly = outcome(text.encode())
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(toml_limits, "_is_moderate", lambda *_: False)
        assert outcome(text.encode()) == quickly
