"""A copy is written by schedule, as old as it is wanted, and what was asked for is made once."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from monitor.settings.load import Settings
from monitor.settings.public_section import Public
from monitor.web.public.export import ExportRefused
from monitor.web.public.publisher import Publisher, served
from tests.settings.offices import faults
from tests.settings.offices import office as config
from tests.web.desk import Desk, office
from tests.web.public.told import keep_watching

__all__ = ["config", "office"]


def settings_of(office: Desk, home: Path, **keys: object) -> Settings:
    public = Public.model_validate(keys)
    return replace(
        office.settings,
        directory=home / "config",
        monitor=office.settings.monitor.model_copy(update={"public": public}),
    )


def publisher_of(office: Desk, settings: Settings) -> Publisher:
    return Publisher(office.store, lambda: office.office, lambda: settings, office.clock)


def test_a_copy_is_due_every_few_minutes_of_the_clock(office: Desk, tmp_path: Path) -> None:
    publisher = publisher_of(office, settings_of(office, tmp_path, directory="copy", every_minutes=15))
    at = datetime(2026, 11, 24, 4, 37, 12, tzinfo=UTC)
    assert publisher.last_due(at) == datetime(2026, 11, 24, 4, 30, tzinfo=UTC)
    assert publisher_of(office, office.settings).last_due(at) is None


def test_the_copy_is_written_beside_the_configuration(office: Desk, tmp_path: Path) -> None:
    keep_watching(office.store, office.settings, office.clock.utc())
    publisher = publisher_of(office, settings_of(office, tmp_path, directory="copy"))
    publisher.write_copy()
    assert "Everything is up" in (tmp_path / "copy" / "en.html").read_text()
    office.goes_down("backbone-north")
    publisher.write_copy()
    assert "Trouble in 1 place" in (tmp_path / "copy" / "en.html").read_text()


def test_with_a_delay_the_copy_tells_what_was_so_a_quarter_of_an_hour_before(office: Desk, tmp_path: Path) -> None:
    keep_watching(office.store, office.settings, office.clock.utc() + timedelta(hours=1))
    publisher = publisher_of(office, settings_of(office, tmp_path, directory="copy", delay_minutes=15))
    office.goes_down("backbone-north")
    publisher.write_copy()
    page = (tmp_path / "copy" / "en.html").read_text()
    assert "Northern backbone link" not in "".join(file.read_text() for file in (tmp_path / "copy").glob("*.*m*"))
    assert "This page shows what was so 15 minutes before." in page
    office.clock.advance(901)
    publisher.write_copy()
    assert "Northern backbone link" in (tmp_path / "copy" / "en.html").read_text()


def test_a_folder_of_others_is_a_failure_that_says_so(office: Desk, tmp_path: Path) -> None:
    (tmp_path / "copy").mkdir()
    (tmp_path / "copy" / "index.html").write_text("theirs")
    publisher = publisher_of(office, settings_of(office, tmp_path, directory="copy"))
    with pytest.raises(ExportRefused, match="has files of others"):
        publisher.write_copy()


async def test_of_many_who_ask_at_once_each_gets_the_same_and_it_is_made_once(office: Desk) -> None:
    publisher = publisher_of(office, office.settings)
    place = served(tracks=False)
    found = await asyncio.gather(*(publisher.file("index.html", place) for _ in range(50)))
    assert len({id(file) for file in found}) == 1
    assert await publisher.file("nothing.html", place) is None


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("delay_minutes = 5", "public.delay_minutes: found 5. Expected 0 or 15"),
        ("every_minutes = 0", "public.every_minutes: found 0. Expected 1 or more"),
        ('url = "portal"', "public.url: this text is not the address of a page. Expected http://… or https://…"),
        (
            'url = "https://a.example.org/?x=1"',
            "public.url: has a user, a query or a fragment. Expected the plain address of the page",
        ),
        ('folder = "x"', "public.folder: unknown key. "),
    ],
)
def test_a_wrong_key_is_named_with_its_line(config: Path, line: str, expected: str) -> None:
    file = config / "monitor.toml"
    text = file.read_text()
    begins, _, rest = text.partition("[public]\n")
    kept = "\n".join(each for each in rest.splitlines() if not each.startswith(line.partition(" ")[0]))
    file.write_text(f"{begins}[public]\n{line}\n{kept}\n")
    (found,) = faults(config)
    assert f"monitor.toml:{begins.count(chr(10)) + 2}: {expected}" in found
