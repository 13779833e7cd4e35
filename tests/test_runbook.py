"""docs/runbook.md and docs/bn/runbook.md: a section for whatever may come, in the words in which it comes."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from docs.generator import runbook
from monitor.domain.notice_kinds import NoticeKind
from monitor.web.console.console import BANNERS
from tests.places import DOCS, MONITOR

LANGUAGES = tuple(runbook.PAGES)
SAYS = {"N_", "message", "messages"}


def page(lang: str) -> str:
    return (DOCS / runbook.PAGES[lang]).read_text(encoding="utf-8")


def sections(text: str) -> dict[str, str]:
    """Each section by its heading; what follows the last of them under a heading of its own is none."""
    parts = re.split(r"(?m)^### (\S+)$", re.sub(r"(?ms)^## How .*", "", text))
    assert len(set(parts[1::2])) == len(parts[1::2])
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def texts(path: Path, *names: str) -> Iterator[str]:
    """What the functions (or the constants) of those names say, and those that they call in the same file not."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        is_one = isinstance(node, ast.FunctionDef) and node.name in names
        is_one |= isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name) and node.targets[0].id in names
        for call in ast.walk(node) if is_one else ():
            if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id in SAYS:
                yield from (str(each.value) for each in call.args[:1] if isinstance(each, ast.Constant))


def warnings() -> set[str]:
    """Whatever a start, `check` and `/health` may warn of."""
    channels = MONITOR / "alerts" / "channels"
    parts = ("unreadable_secrets", "faulty_entries", "_open_to_others", "_certificate_faults")
    found = set(texts(MONITOR / "runtime" / "startup_messages.py", "warnings", *parts))
    for each in channels.glob("*.py"):
        found |= set(texts(each, "faults", "MISSING"))
    return found


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_words_above_each_section_are_those_of_the_program(lang: str) -> None:
    assert runbook.filled(page(lang), lang) == page(lang), "scripts/docs writes them"


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_alert_letter_and_warning_has_a_section_and_each_section_is_about_one(lang: str) -> None:
    assert list(sections(page(lang))) == list(sections(page("en")))
    assert set(sections(page(lang))) == set(runbook.spoken(lang))
    assert set(runbook.spoken(lang)) >= {*NoticeKind, *runbook.WARNINGS, *runbook.ON_EVERY_PAGE.values(), "MailStuck"}


def test_every_warning_of_a_start_and_every_banner_has_its_heading() -> None:
    beginnings = runbook.WARNINGS.values()

    assert len(warnings()) == len(beginnings)
    for words in warnings():
        assert [each for each in beginnings if words.startswith(each)] != [], words
    assert set(runbook.ON_EVERY_PAGE) == set(BANNERS)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_each_section_says_what_it_means_what_comes_first_whom_to_call_how_it_ends_and_how_to_tell(lang: str) -> None:
    for heading, text in sections(page(lang)).items():
        assert tuple(re.findall(r"(?m)^- \*\*(.+?)\*\*: \S", text)) == runbook.ITEMS[lang], heading


def test_a_section_about_nothing_is_refused() -> None:
    with pytest.raises(KeyError, match="Nothing"):
        runbook.filled("### Nothing\n\n> - A word\n", "en")
