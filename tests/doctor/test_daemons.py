"""Who works on a database on a server, and what nobody does, is found as it is stored there."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, text

from monitor.doctor.daemons import IDLE_TERMS
from monitor.domain.leases import ALL_NAMES, Duty
from monitor.store import leases
from monitor.store.leases import DaemonLook
from monitor.store.opening import open_store
from tests.doctor.installation import Installation
from tests.store import servers

TERM = timedelta(seconds=6)
LONG_AGO = (IDLE_TERMS + 1) * TERM


@pytest.fixture
def served(office: Installation) -> Iterator[Installation]:
    """An installation with its database on a server."""
    office.configure("monitor.toml", "storage", url=servers.migrated_of(office.state).url)
    yield office
    servers.drop_below(office.home)


@pytest.fixture
def engine(served: Installation) -> Iterator[Engine]:
    """The connections by which daemons renew their leases."""
    settings = served.settings()
    store = open_store(settings.state, settings.server)
    found = store.for_leases(TERM.total_seconds())
    assert found is not None
    yield found
    found.dispose()
    store.close()


def begins(engine: Engine, name: str, process: str, *held: str, fit: bool = True, shards: int = 64) -> None:
    """A daemon says that it lives, and takes leases."""
    holder = f"{name}/{process}"
    with engine.begin() as connection:
        leases.make_rows(connection)
        leases.say_alive(connection, DaemonLook(holder, name, "", shards, fit), TERM)
        leases.take(connection, held, holder, TERM)


def pass_by(engine: Engine, time: timedelta) -> None:
    """What is stored is so much older."""
    with engine.begin() as connection:
        connection.execute(text("UPDATE leases SET until = until - :time"), {"time": time})
        connection.execute(text("UPDATE daemons SET until = until - :time, started = started - :time"), {"time": time})


def values(office: Installation) -> dict[str, dict[str, Any]]:
    return {each.kind.code.partition(".")[2]: dict(each.values) for each in office.examined("daemons").findings}


def test_a_file_has_one_daemon(office: Installation) -> None:
    assert office.found("daemons") == ["sole"], "before its first start"
    office.has_run()
    assert office.found("daemons") == ["sole"]


def test_a_server_that_is_away_says_nothing_of_them(served: Installation) -> None:
    servers.drop_below(served.home)
    assert served.found("daemons") == ["unread"]


def test_those_that_divide_all_work_are_named(served: Installation, engine: Engine) -> None:
    assert served.found("daemons") == ["none"]
    begins(engine, "east", "1")
    assert served.found("daemons") == ["ok"], "one that has just begun has not taken everything yet"
    pass_by(engine, LONG_AGO)
    begins(engine, "east", "1", *ALL_NAMES[:40])
    begins(engine, "west", "2", *ALL_NAMES[40:])
    assert values(served) == {"ok": {"names": ["east", "west"]}}
    said = str(served.examined("daemons").findings[0].text)
    assert "east" in said
    assert "west" in said


def test_what_nobody_does_for_long_is_an_error(served: Installation, engine: Engine) -> None:
    begins(engine, "east", "1", *ALL_NAMES)
    pass_by(engine, LONG_AGO)
    idle = {Duty.CASES, Duty.BRIEFS, "shard/07"}
    begins(engine, "east", "1", *(name for name in ALL_NAMES if name not in idle))
    assert values(served) == {
        "idle": {"duties": ["duty/briefs", "duty/cases"]},
        "unwatched": {"count": 1, "all": 64},
    }
    begins(engine, "east", "1", *ALL_NAMES)
    assert served.found("daemons") == ["ok"]
    with engine.begin() as connection:
        leases.release(connection, [Duty.CASES], "east/1")
    assert served.found("daemons") == ["ok"], "it is changing hands"


def test_one_whose_clock_is_suspect_is_named(served: Installation, engine: Engine) -> None:
    begins(engine, "east", "1", *ALL_NAMES)
    begins(engine, "west", "2", fit=False)
    assert values(served) == {"unfit": {"name": "west"}}


def test_two_of_one_name_are_told_from_one_that_was_killed_and_started_again(
    served: Installation, engine: Engine
) -> None:
    begins(engine, "east", "1", *ALL_NAMES)
    begins(engine, "east", "2")
    assert served.found("daemons") == ["ok"], "the first may have been killed: it has said nothing since"
    begins(engine, "east", "1")
    assert values(served) == {"same-name": {"name": "east"}}


def test_one_that_ended_without_giving_back_what_it_held_is_missed_for_a_day(
    served: Installation, engine: Engine
) -> None:
    begins(engine, "west", "2")
    begins(engine, "north", "3")
    with engine.begin() as connection:
        leases.leave(connection, "north/3")
    pass_by(engine, LONG_AGO)
    begins(engine, "east", "1", *ALL_NAMES)
    found = values(served)
    assert found.keys() == {"vanished"}, "the one that left in good order is not missed"
    assert found["vanished"]["name"] == "west"
    begins(engine, "west", "4")
    assert served.found("daemons") == ["ok"], "it is back"
    with engine.begin() as connection:
        leases.leave(connection, "west/4")
    assert served.found("daemons") == ["vanished"]
    pass_by(engine, leases.FORGET_AFTER)
    begins(engine, "east", "5", *ALL_NAMES)
    assert served.found("daemons") == ["ok"]


def test_two_with_other_sites_are_an_error_once_both_had_time_to_be_reloaded(
    served: Installation, engine: Engine
) -> None:
    def watch(name: str, digest: str) -> None:
        with engine.begin() as connection:
            leases.make_rows(connection)
            leases.say_alive(connection, DaemonLook(f"{name}/1", name, "", 32, True, digest), TERM)
            leases.take(connection, ALL_NAMES, f"{name}/1", TERM)

    watch("east", "x")
    watch("west", "y")
    assert served.found("daemons") == ["ok"]
    with engine.begin() as connection:
        connection.execute(text("UPDATE daemons SET watches_since = watches_since - interval '121 seconds'"))
    watch("west", "y")
    assert values(served) == {"different": {"one": "east", "other": "west"}}
    watch("west", "x")
    assert served.found("daemons") == ["ok"]
    watch("west", "")
    assert served.found("daemons") == ["ok"], "an older version does not say it"
