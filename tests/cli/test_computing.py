"""`report` among several offices: of a place of the tree, of one office, of all of them."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.typed import Done, typed
from tests.reports.three_offices import three_offices

JSON = ("--month", "2026-10", "--format", "json")


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    with three_offices(tmp_path_factory.mktemp("three")) as found:
        yield found.home


def report(home: Path, *words: str, office: str = "") -> Done:
    before = ("--office", office) if office else ()
    return typed(home, "--lang", "en", *before, "report", *words)


def test_a_district_has_a_part_for_each_of_its_offices_and_the_same_bytes_again(home: Path) -> None:
    done = report(home, *JSON, "--node", "kushtia")
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert found["scope"]["kind"] == "place"
    assert found["office"]["en"] == "Kushtia"
    assert list(found["offices"]) == ["bheramara", "mirpur"]
    assert report(home, *JSON, "--node", "kushtia").stdout == done.stdout
    # Which office the shell is about changes nothing of it.
    assert report(home, *JSON, "--node", "kushtia", office="gangni").stdout == done.stdout


def test_a_place_with_one_office_has_that_offices_report(home: Path) -> None:
    own = report(home, *JSON, office="gangni")
    assert own.returncode == 0, own.stderr
    assert report(home, *JSON, "--node", "meherpur").stdout == own.stdout
    assert report(home, *JSON, "--node", "gangni", office="mirpur").stdout == own.stdout
    assert "offices" not in json.loads(own.stdout)


def test_without_an_office_and_a_place_it_is_about_all_offices(home: Path) -> None:
    everything = report(home, *JSON)
    assert everything.returncode == 0, everything.stderr
    assert everything.stdout == report(home, *JSON, "--node", "khulna").stdout
    assert list(json.loads(everything.stdout)["offices"]) == ["bheramara", "mirpur", "gangni"]


def test_its_files_bear_the_places_name(home: Path, tmp_path: Path) -> None:
    done = report(home, "--month", "2026-10", "--format", "html,csv", "--node", "kushtia", "--out", str(tmp_path))
    assert done.returncode == 0, done.stderr
    assert {Path(line).name for line in done.stdout.splitlines()} == {
        "report-2026-10-place-kushtia-en.html",
        "report-2026-10-place-kushtia-en.csv.zip",
    }


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--node", "kushtiya"), "--node: there is no office 'kushtiya'. Did you mean 'kushtia'?"),
        (("--node", "kushtia", "--site", "mirpur.udc"), "--node and --site exclude each other. Expected one of them"),
        (("--node", "kushtia", "--official", "1"), "--node and --official exclude each other. Expected one of them"),
    ],
)
def test_a_place_that_is_none_or_one_choice_too_many_is_refused(home: Path, words: tuple[str, ...], said: str) -> None:
    done = report(home, *JSON, *words)
    assert (done.returncode, done.stdout, done.stderr) == (2, "", f"{said}\n")
