"""`history`: what is kept of a site, in words and for programs."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from monitor.configuration import load
from monitor.store.history.file import FILE, HistoryFile
from monitor.store.history.summaries import Echoes
from tests.cli.typed import typed

SITE = "udc-juniadaha"
FIVE = timedelta(minutes=5)


@pytest.fixture
def home(home: Path) -> Path:
    """An office that kept two hours of a site, three hours ago."""
    settings = load(home / "config")
    file = HistoryFile(settings.state)
    settings.state.mkdir(parents=True, exist_ok=True)
    file.open()
    begins = datetime.now(UTC).replace(minute=0, second=0, microsecond=0) - timedelta(hours=3)
    device = settings.fleet.sites[SITE].gateway.id
    file.add({device: {begins + number * FIVE: Echoes(4, 1, 0, 15, 3, 4_000, 4_200, 9_000) for number in range(24)}})
    return home


def test_a_site_s_days_are_listed_with_its_rounds_loss_and_time(home: Path) -> None:
    done = typed(home, "--lang", "en", "history", SITE)
    assert done.returncode == 0
    assert "Rounds answered" in done.stdout
    assert "20%" in done.stdout
    assert "4.2 ms" in done.stdout


def test_programs_get_the_data_of_the_charts(home: Path) -> None:
    yesterday = (datetime.now(UTC) - timedelta(days=1)).isoformat()
    found = json.loads(typed(home, "history", SITE, "--from", yesterday, "--json").stdout)
    assert (found["site"], found["source"], found["step_s"]) == (SITE, "history", 300)
    assert len(found["charts"]["rounds"]["times"]) == 24
    assert set(found["charts"]["rounds"]["columns"][3]) == {20.0}


def test_a_time_of_which_nothing_is_kept_is_said(home: Path) -> None:
    done = typed(home, "--lang", "en", "history", SITE, "--from", "2025-01-01", "--to", "2025-02-01")
    assert (done.returncode, done.stdout.strip()) == (0, "Nothing is kept of it in that time.")


def break_file(home: Path) -> None:
    (load(home / "config").state / FILE).write_bytes(b"rubbish" * 500)


@pytest.mark.parametrize(
    ("words", "before", "code", "said"),
    [
        (("udc-juniadha",), None, 2, "no site 'udc-juniadha'. Did you mean 'udc-juniadaha'?"),
        ((SITE, "--from", "2026-11-03", "--to", "2026-11-01"), None, 2, "is not before --to"),
        ((SITE, "--from", "yesterday"), None, 2, "--from"),
        ((SITE,), break_file, 3, "the history cannot be read: file is not a database"),
    ],
)
def test_what_cannot_be_is_one_error(
    home: Path, words: tuple[str, ...], before: Callable[[Path], None] | None, code: int, said: str
) -> None:
    if before is not None:
        before(home)
    done = typed(home, "--lang", "en", "history", *words)
    assert (done.returncode, done.stdout) == (code, "")
    assert said in done.stderr
