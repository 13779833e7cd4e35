"""A reload: of several offices only those that have changed are read, and what is in force stays known whole."""

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from monitor.configuration import load_installation
from monitor.domain.clock import SystemClock
from monitor.judging.board import Board
from monitor.judging.health import Rules
from monitor.runtime.config_reload import ConfigReload
from monitor.runtime.config_verdicts import ConfigVerdicts
from monitor.runtime.systemd import Systemd
from monitor.settings import in_force
from monitor.settings.changed_offices import Reading
from tests.runtime.built import state_of
from tests.settings.many_offices import change, offices

__all__ = ["offices"]


class Reloading:
    """The part in a folder of three offices; ``readings``: what it has taken over."""

    def __init__(self, directory: Path, state: Path) -> None:
        clock, sources = SystemClock(), dict[str, bytes]()
        self.installation, self.state = load_installation(directory, sources), state
        fleet = self.installation.host.fleet
        self.live = state_of(clock, fleet, Board(fleet, Rules()))
        self.verdicts = ConfigVerdicts(clock, self.live, directory, state)
        self.verdicts.accept(Reading(self.installation, sources), 0)
        self.readings: list[Reading] = []
        in_force_now = lambda: self.installation  # noqa: E731
        self.part = ConfigReload(clock, self.verdicts, Systemd(), in_force_now, sources, self._take_over)

    def _take_over(self, reading: Reading) -> None:
        self.installation = reading.installation
        self.readings.append(reading)

    def asked(self) -> None:
        """Read again once."""
        asyncio.run(self.part._read())

    def read(self) -> list[str]:
        """Return whose files alone were read, each time."""
        return ["all" if each.offices is None else ", ".join(sorted(each.offices)) for each in self.readings]

    def files(self) -> dict[str, str]:
        """Return the files that commands find to be in force."""
        found = in_force.read(self.state)
        assert found is not None
        return dict(found.files)


@pytest.fixture
def reloading(offices: Path, tmp_path: Path) -> Iterator[Reloading]:
    state = tmp_path / "var"
    state.mkdir()
    made = Reloading(offices, state)
    yield made
    asyncio.run(made.part.close())


def in_whole(directory: Path) -> tuple[object, dict[str, str]]:
    sources = dict[str, bytes]()
    installation = load_installation(directory, sources)
    return installation, in_force.without_secrets(sources)


def test_of_three_offices_only_the_changed_one_is_read_and_all_stays_known(reloading: Reloading, offices: Path) -> None:
    for office, name in (("mirpur", "Mirpur"), ("gangni", "Gangni")):
        change(offices / "offices" / office / "sites.toml", f"Pop of {name}", "Another")
        reloading.asked()
    assert reloading.read() == ["mirpur", "gangni"]
    # By this daemons compare what they watch: one that has begun with these very files says the same.
    sources = dict[str, bytes]()
    load_installation(offices, sources)
    assert reloading.live.verdict.watches == in_force.watched(in_force.contents(sources))
    assert (reloading.installation, reloading.files()) == in_whole(offices)


@pytest.mark.long
def test_another_base_is_read_with_all_offices(reloading: Reloading, offices: Path) -> None:
    with (offices / "monitor.toml").open("a") as file:
        file.write("# another\n")
    reloading.asked()
    assert reloading.read() == ["all"]
    assert (reloading.installation, reloading.files()) == in_whole(offices)


UNREADABLE: dict[str, tuple[str, str, str]] = {
    "within one office": ("offices/gangni/sites.toml", "127.77.201.1", "127.77.201"),
    "between two": ("offices/gangni/sites.toml", "127.77.201.1", "127.77.200.1"),
}


@pytest.mark.parametrize("where", [pytest.param("within one office", marks=pytest.mark.long), "between two"])
def test_a_fault_is_told_where_it_stands_and_what_was_in_force_stays(
    where: str, reloading: Reloading, offices: Path
) -> None:
    before, file = reloading.files(), offices / UNREADABLE[where][0]
    change(file, *UNREADABLE[where][1:])
    reloading.asked()
    found = in_force.read(reloading.state)
    assert found is not None
    assert len(found.refused) == 1
    assert str(file) in found.refused[0]
    assert "sites.pop.address" in found.refused[0]
    assert (reloading.readings, found.files) == ([], before)
    # Put right again, it is read: what was known of the files is still of those in force.
    change(file, *reversed(UNREADABLE[where][1:]))
    reloading.asked()
    assert reloading.read() == [""]


@pytest.mark.long
def test_what_could_not_be_kept_is_not_half_kept_after_a_change_of_one_office(
    reloading: Reloading, offices: Path
) -> None:
    secret = 'page_url = "https://u:p\\u0061ss@example.org/"\n'
    with (offices / "offices" / "gangni" / "monitor.toml").open("a") as file:
        file.write(f"[notices]\n{secret}")
    reading = replace(Reading(reloading.installation, {"monitor.toml": f"[web]\n{secret}".encode()}))
    reloading.verdicts.accept(reading, 0)
    assert reloading.files() == {}
    (offices / "offices" / "gangni" / "monitor.toml").unlink()
    change(offices / "offices" / "mirpur" / "sites.toml", "Pop of Mirpur", "Another")
    reloading.asked()
    assert (reloading.read(), reloading.files()) == (["mirpur"], {})


@pytest.mark.long
def test_the_loop_turns_while_what_is_in_force_is_written(
    reloading: Reloading, offices: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    turned, write = asyncio.Event(), in_force.write

    async def read_beside_a_turn() -> None:
        loop = asyncio.get_running_loop()

        def slow(state: Path, found: in_force.InForce) -> None:
            asyncio.run_coroutine_threadsafe(set_now(turned), loop).result(20)  # would wait for ever on the loop itself
            write(state, found)

        monkeypatch.setattr(in_force, "write", slow)
        await reloading.part._read()

    change(offices / "offices" / "mirpur" / "sites.toml", "Pop of Mirpur", "Another")
    asyncio.run(read_beside_a_turn())
    assert turned.is_set()
    assert reloading.files() == in_whole(offices)[1]


async def set_now(event: asyncio.Event) -> None:
    event.set()
