"""Open data: what a month's files hold, that their dictionary names every column, and that no person is in them."""

import csv
import io
import json
import re
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.charter.office import Office
from monitor.configuration import load
from monitor.settings.public_section import Public
from monitor.web.public.open_data import DICTIONARY, MOST_ROWS, TABLES, OpenData, dictionary, files_of, finished_months
from tests.places import SHIPPED
from tests.reports.example_report import example
from tests.web.public.canaries import CANARY, PHONE, planted


@pytest.fixture(scope="module")
def files() -> dict[str, bytes]:
    return files_of(example())


def rows(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode())))


def test_a_month_has_its_tables_as_csv_and_json_with_the_same_values(files: dict[str, bytes]) -> None:
    code = example().period.code
    assert sorted(files) == sorted(f"data/{table}-{code}.{end}" for table in TABLES for end in ("csv", "json"))
    for table in TABLES:
        document = json.loads(files[f"data/{table}-{code}.json"])
        assert document["month"] == code
        plain = [{key: "" if value is None else str(value) for key, value in row.items()} for row in document["rows"]]
        read = [
            {key: value.removeprefix("'") for key, value in row.items()}
            for row in rows(files[f"data/{table}-{code}.csv"])
        ]
        assert read == plain


def test_the_parts_of_every_window_add_up(files: dict[str, bytes]) -> None:
    for row in json.loads(files[f"data/availability-{example().period.code}.json"])["rows"]:
        for hours in ("promised", "always"):
            parts = sum(round(row[f"{hours}_{part}_s"] * 1e6) for part in ("up", "down", "unmonitored", "paused"))
            assert parts == round(row[f"{hours}_window_s"] * 1e6)


def test_the_dictionary_describes_every_file_and_column_and_names_the_licence(files: dict[str, bytes]) -> None:
    office, period = Office.of(load(SHIPPED)), example().period
    found = json.loads(dictionary(office, Public(), [period]))
    assert found["licenses"][0]["name"] == "CC-BY-4.0"
    assert found["licenses"][0]["path"].startswith("https://creativecommons.org/")
    for resource in found["resources"]:
        header = files[f"data/{resource['path']}"].decode().splitlines()[0].split(",")
        assert [field["name"] for field in resource["schema"]["fields"]] == header
        assert all(field["description"] for field in resource["schema"]["fields"])
    assert len(found["resources"]) == len(TABLES)
    assert json.loads(dictionary(office, Public(licence="ODbL-1.0"), []))["licenses"] == [{"name": "ODbL-1.0"}]


def test_nothing_of_a_person_or_of_the_network_is_in_any_file(tmp_path: Path) -> None:
    desk = planted(tmp_path)
    desk.clock.advance(timedelta(days=40).total_seconds())
    files = OpenData().files(desk.store, desk.office, Public(), desk.clock.utc())
    assert len(files) > len(TABLES)
    whole = "\n".join([*files, *(content.decode() for content in files.values())])
    assert CANARY not in whole.lower()
    assert PHONE not in whole
    assert not [str(device.address) for device in desk.office.fleet.devices.values() if str(device.address) in whole]
    assert not re.search(r"[\w.]+@[\w.]+", whole)


def test_it_is_made_once_a_day(tmp_path: Path) -> None:
    desk, made = planted(tmp_path), OpenData()
    desk.clock.advance(timedelta(days=40).total_seconds())
    first = made.files(desk.store, desk.office, Public(), desk.clock.utc())
    assert made.files(desk.store, desk.office, Public(), desk.clock.utc() + timedelta(minutes=5)) is first
    assert made.files(desk.store, desk.office, Public(), desk.clock.utc() + timedelta(days=1)) is not first
    assert list(first)[-1] == DICTIONARY


@given(st.dates(date(2000, 6, 1), date(2200, 1, 1)), st.integers(0, 200_000))
def test_the_months_are_over_follow_each_other_and_are_few_for_a_large_fleet(today: date, sites: int) -> None:
    found = finished_months(today, sites)
    assert found[-1].ends == today.replace(day=1)
    assert [each.begins for each in found[1:]] == [each.ends for each in found[:-1]]
    assert 1 <= len(found) <= 12
    assert len(found) == 1 or len(found) * sites <= MOST_ROWS
