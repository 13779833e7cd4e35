"""What is read again of several offices is what has changed; with the others it makes what a reading of all makes."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from monitor.configuration import KINDS, load_installation
from monitor.settings.changed_offices import Reading, digests_of, put_in, read_changed
from monitor.settings.installation import Installation
from monitor.settings.problems import ConfigError
from tests.settings.many_offices import change, offices

__all__ = ["offices"]  # a fixture

Edit = Callable[[Path], None]


def in_force(directory: Path) -> tuple[Installation, dict[str, bytes]]:
    """Read everything, as a start does."""
    sources: dict[str, bytes] = {}
    return load_installation(directory, sources), sources


def edit(name: str, old: str, new: str) -> Edit:
    return lambda directory: change(directory / name, old, new)


def nothing(directory: Path) -> None:
    """Change nothing."""


def add(name: str, text: str) -> Edit:
    def to(directory: Path) -> None:
        with (directory / name).open("a", encoding="utf-8") as file:
            file.write(text)

    return to


WORK = """\
[maintenance.line]
text = "line"
begins = 2026-12-01T22:00:00
ends = 2026-12-02T02:00:00
sites = ["pop"]
"""
PARENT = ('parent = "pop"', 'parent = "gangni.pop"')
TAKEN_IN: dict[str, tuple[Edit, set[str]]] = {
    "nothing": (nothing, set()),
    "another name": (edit("offices/mirpur/sites.toml", "Pop of Mirpur", "Another"), {"mirpur"}),
    "another officer": (edit("offices/gangni/charter.toml", "জনাব", "জনাবা"), {"gangni"}),
    "a first monitor.toml": (add("offices/gangni/monitor.toml", WORK), {"gangni"}),
    "a parent elsewhere": (edit("offices/mirpur/sites.toml", *PARENT), {"mirpur"}),
}


@pytest.mark.parametrize("what", TAKEN_IN)
def test_only_changed_offices_are_read_and_the_whole_is_as_if_all_were(what: str, offices: Path) -> None:
    before, sources = in_force(offices)
    spoil, changed_offices = TAKEN_IN[what]
    spoil(offices)
    found = read_changed(offices, KINDS, digests_of(sources))
    assert found is not None
    changed, read = found
    assert changed.files.keys() == changed_offices
    whole = put_in(before, changed)
    assert (whole, Reading(before, read, frozenset(changed.files)).over(sources, read)) == in_force(offices)
    # Others are the very same as before: nothing of them was made again.
    for office in before.offices.keys() - changed_offices:
        assert whole is not None
        assert whole.offices[office].fleet.sites is before.offices[office].fleet.sites


def test_a_site_through_which_another_office_is_reached_changes_there_too(offices: Path) -> None:
    edit("offices/mirpur/sites.toml", *PARENT)(offices)
    before, sources = in_force(offices)
    edit("offices/gangni/sites.toml", "Pop of Gangni", "Another")(offices)
    found = read_changed(offices, KINDS, digests_of(sources))
    assert found is not None
    whole = put_in(before, found[0])
    assert whole is not None
    assert whole == in_force(offices)[0]
    assert whole.offices["mirpur"].fleet.around["gangni.pop"].name_en == "Another"


def remove(name: str) -> Edit:
    return lambda directory: (directory / name).unlink()


READ_WHOLE: dict[str, Edit] = {
    "another base": edit("monitor.toml", "[", "# another\n["),
    "another tree": edit("offices.toml", "Mirpur", "Mirpur Sadar"),
    "a fault": edit("offices/mirpur/sites.toml", "127.77.200.1", "127.77.200"),
    "a file is gone": remove("offices/mirpur/sites.toml"),
    "a folder too many": lambda directory: (directory / "offices" / "nowhere").mkdir(),
    "a folder is gone": lambda directory: shutil.rmtree(directory / "offices" / "mirpur"),
    "a pipe": lambda directory: (directory / "offices" / "mirpur" / "areas.json").symlink_to("/dev/null"),
}


@pytest.mark.parametrize("what", READ_WHOLE)
def test_whatever_else_has_changed_all_is_to_be_read(what: str, offices: Path) -> None:
    _, sources = in_force(offices)
    READ_WHOLE[what](offices)
    assert read_changed(offices, KINDS, digests_of(sources)) is None


def first_site(directory: Path) -> str:
    return next(iter(load_installation(directory).offices["bheramara"].fleet.sites))


def work_at_a_site(directory: Path) -> None:
    add("monitor.toml", WORK.replace("pop", first_site(directory)))(directory)


def rename_that_site(directory: Path) -> None:
    site = first_site(directory)
    file = directory / "offices" / "bheramara" / "sites.toml"
    file.write_text(file.read_text().replace(site, f"{site}-2"))


ELSEWHERE = edit("offices/mirpur/sites.toml", *PARENT)
CIRCLE = edit("offices/gangni/sites.toml", '.1"\n', '.1"\nparent = "mirpur.udc"\n')
GONE = edit("offices/gangni/sites.toml", "[sites.pop]", "[sites.other]")
UNFIT: dict[str, tuple[Edit, Edit]] = {
    "a prefix twice": (ELSEWHERE, edit("offices/mirpur/charter.toml", '"MIR"', '"GNG"')),
    "an address of another office": (ELSEWHERE, edit("offices/mirpur/sites.toml", "127.77.200.1", "127.77.201.1")),
    "a parent that is nowhere": (nothing, edit("offices/mirpur/sites.toml", PARENT[0], 'parent = "gangni.nowhere"')),
    "a circle through two offices": (ELSEWHERE, CIRCLE),
    "a site behind which others lie is gone": (edit("offices/gangni/sites.toml", f"{PARENT[0]}\n", ""), GONE),
    "work at a site that is gone": (work_at_a_site, rename_that_site),
}


@pytest.mark.parametrize("what", UNFIT)
def test_what_does_not_fit_to_the_others_is_not_put_in(what: str, offices: Path) -> None:
    prepare, spoil = UNFIT[what]
    prepare(offices)
    if what == "a site behind which others lie is gone":
        ELSEWHERE(offices)
    before, sources = in_force(offices)
    spoil(offices)
    found = read_changed(offices, KINDS, digests_of(sources))
    assert found is not None
    assert put_in(before, found[0]) is None
    with pytest.raises(ConfigError):
        load_installation(offices)
