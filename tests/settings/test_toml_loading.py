"""What a file means is what tomllib says, whichever parser reads it."""

import tomllib
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from monitor.settings.toml_limits import TEXTS
from monitor.settings.toml_loading import loads
from tests.lab.fleet import many_sites, write_config

PIECES = [
    *("a", "b", "=", " ", ".", ",", "\n", "\r\n", "#", '"', "'", '"""', "'''", "[", "]", "[[", "]]", "{", "}", "\\"),
    *("12:30", "12:30:00", "2026-11-28", "2026-13-01", "07:60", "\\e", "\\x41", "\\u00e9", "é", "ক", "\0", "\x7f"),
    *("a = 1\n", "[a]\n", "[[b]]\n", "b = {", " }\n", "c = [\n", "true", "inf", "0x1F", "1_000", "1e3", "-0", "01"),
]


def outcome(text: str, *, by_tomllib: bool) -> object:
    """The data, or in what words they are refused."""
    try:
        return repr(tomllib.loads(text) if by_tomllib else loads(text, TEXTS.sub(b"", text.encode())))
    except (ValueError, OverflowError) as error:
        return type(error), str(error)


@given(st.lists(st.sampled_from(PIECES), max_size=30).map("".join))
@example("a = { b = 1, }\n")
@example("a = {\n b = 1 }\n")
@example("a = { b = { c = 1 },\n d = 2 }\n")
@example("a = { # begun\n }\n")
@example("a = 12:30\n")
@example("a = 2026-11-28T12:30\n")
@example('a = "\\e[1m"\n')
@example('a = "\\x41"\n')
@example("a = 2026-02-30\n")
@example("a = 1\na = 2\n")
def test_it_says_what_tomllib_says(text: str) -> None:
    assert outcome(text, by_tomllib=False) == outcome(text, by_tomllib=True)


def test_a_list_of_sites_is_read_by_the_compiled_parser(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_config(tmp_path, sites=many_sites(20), listen="127.0.0.1:9", settings={})
    text = (tmp_path / "sites.toml").read_text(encoding="utf-8") + (
        '[sites.link]\nkind = "backbone"\nlink = { device = "site-0001/router", interface = "{ge-0/0/1" } # a: b\n'
    )

    def never(text: str) -> dict[str, object]:
        raise AssertionError(text)

    expected = tomllib.loads(text)
    monkeypatch.setattr(tomllib, "loads", never)
    assert loads(text, TEXTS.sub(b"", text.encode())) == expected
