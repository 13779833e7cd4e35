"""The briefs: when they are owed, what they tell, and that a missed one is noticed."""

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from monitor.alerts.channels.base import Letter
from monitor.alerts.notices import render
from monitor.alerts.notices.brief_facts import Busy
from monitor.alerts.notices.briefs import briefs_due, enqueue_briefs, missed
from monitor.charter.office import Office
from monitor.charter.offices import ALONE
from monitor.i18n.formats import DHAKA
from monitor.judging.decisions import SiteChanged
from monitor.judging.health import State
from monitor.store.models import SiteState
from tests.desk import Desk
from tests.store.migrated import new_store


@pytest.fixture(autouse=True)
def known(desk: Desk) -> None:
    """The monitor has been there for long."""
    desk.decide(SiteChanged("udc-juniadaha", State.UP, datetime(2026, 11, 1, tzinfo=UTC)))


def dhaka(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=DHAKA).astimezone(UTC)


def enqueue(desk: Desk, busy: Busy = ()) -> list[str]:
    with desk.store.write() as session:
        return enqueue_briefs(desk.work(session), busy)


def missing(desk: Desk) -> dict[str, bool]:
    with desk.store.read() as session:
        return dict(missed(session, {ALONE: desk.office}, desk.clock.utc())[ALONE])


def briefs(desk: Desk) -> dict[str, Letter]:
    return {letter.kind: letter for letter in desk.send_all() if letter.kind in {"morning", "weekly"}}


@pytest.mark.parametrize(
    ("at", "names"),
    [
        ("2026-11-25T08:59", ["weekly-20261122"]),  # Wednesday, before opening
        ("2026-11-25T09:00", ["morning-20261125", "weekly-20261122"]),
        ("2026-11-25T17:00", ["weekly-20261122"]),
        ("2026-11-27T10:00", ["weekly-20261122"]),  # Friday: the office is closed
        ("2026-11-29T08:00", []),  # Sunday, before the week has begun
        ("2026-11-29T09:00", ["morning-20261129", "weekly-20261129"]),
        ("2026-12-16T10:00", ["weekly-20261213"]),  # Victory Day
    ],
)
def test_briefs_are_owed_from_the_opening_of_their_day_on(office: Office, at: str, names: list[str]) -> None:
    assert [brief.name for brief in briefs_due(office.calendar, dhaka(at))] == names


@given(minutes=st.integers(0, 60 * 24 * 365))
def test_at_any_time_of_a_year_a_brief_is_of_a_day_on_which_the_office_opened_before(
    office: Office, minutes: int
) -> None:
    now = dhaka("2026-01-01T00:00") + timedelta(minutes=minutes)
    for brief in briefs_due(office.calendar, now):
        day = office.calendar.day(brief.day)
        assert day.working
        assert brief.opens_utc == day.opens
        assert brief.opens_utc <= now
        assert brief.kind == "weekly" or office.calendar.is_open(now)


def test_each_is_owed_once_to_whom_the_office_named(desk: Desk) -> None:
    desk.clock.now_utc = dhaka("2026-11-29T09:05")
    assert enqueue(desk) == ["morning-20261129", "weekly-20261129"]
    assert enqueue(desk) == []
    assert set(desk.notices()) == {("morning", "responsible"), ("weekly", "grievance")}


def test_what_fell_due_before_the_first_start_is_neither_owed_nor_missed(office: Office, tmp_path: Path) -> None:
    new = Desk(office, new_store(tmp_path / "new"))
    new.clock.now_utc = dhaka("2026-11-25T11:00")
    assert enqueue(new) == []
    new.decide(SiteChanged("udc-juniadaha", State.UP, new.clock.utc()))
    assert enqueue(new) == []
    assert missing(new) == {"morning": False, "weekly": False}

    # The next morning has one, and the week that begins after it.
    new.clock.now_utc = dhaka("2026-11-26T09:00")
    assert enqueue(new) == ["morning-20261126"]
    new.clock.now_utc = dhaka("2026-11-29T09:00")
    assert enqueue(new) == ["morning-20261129", "weekly-20261129"]


def test_nothing_to_say_is_said_in_one_line(desk: Desk) -> None:
    desk.clock.now_utc = dhaka("2026-11-25T09:00")
    enqueue(desk)
    rendered = render.render(briefs(desk)["morning"], "en")
    assert "nothing is down, nothing is due today, no ticket is open" in rendered.text
    assert rendered.subject == "Morning brief, Wednesday, 25 November 2026: all up"


def test_the_morning_tells_what_is_down_due_back_and_full(desk: Desk) -> None:
    desk.clock.now_utc = dhaka("2026-11-24T10:00")
    desk.goes_down("udc-juniadaha")
    desk.clock.now_utc = dhaka("2026-11-24T22:00")
    desk.goes_down("lab-dharampur-girls")
    desk.clock.now_utc = dhaka("2026-11-25T04:00")
    desk.comes_back("lab-dharampur-girls")
    desk.clock.now_utc = dhaka("2026-11-25T09:00")
    enqueue(desk, busy=[("backbone-north", 0.91), ("backbone-bheramara", 0.2)])
    morning = briefs(desk)["morning"]
    words = render.render(morning, "en").text
    assert (
        "Down now (1)\n- Juniadaha Union Digital Centre: since 24/11/2026 09:59 (23 hours), due today, 17:00" in words
    )
    assert words.count("Juniadaha") == 1, "each outage is named once"
    assert "Up again since the office closed (1)\n- Dharampur Girls" in words
    assert "Links near capacity (1)\n- Northern backbone link (example): 91%" in words
    assert "Bheramara–Kushtia" not in words
    bangla = render.render(morning, "bn").text
    assert "এখন সংযোগ নেই (১)" in bangla
    assert not re.search("[0-9]", bangla.partition("নিরীক্ষা")[0])


def test_the_morning_does_not_count_what_there_is_none_of(desk: Desk) -> None:
    desk.clock.now_utc = dhaka("2026-11-24T10:00")
    desk.goes_down("udc-juniadaha")
    enqueue(desk)
    morning = briefs(desk)["morning"]
    assert render.render(morning, "en").subject == "Morning brief, Tuesday, 24 November 2026: 1 down"
    assert "০" not in render.render(morning, "bn").subject.rpartition(":")[2]


def test_the_week_is_summed_up_for_the_programmer(desk: Desk) -> None:
    desk.clock.now_utc = dhaka("2026-11-23T10:00")
    desk.goes_down("udc-juniadaha")
    desk.wait(days=2)
    desk.comes_back("udc-juniadaha")
    desk.wait(hours=1)
    desk.send_all()
    desk.clock.now_utc = dhaka("2026-11-29T09:00")
    enqueue(desk)
    weekly = render.render(briefs(desk)["weekly"], "en")
    assert weekly.subject == "Weekly brief, 22/11/2026 – 29/11/2026: 1 outage, 1 past its time"
    assert "tickets: 1 new, 1 past their time, 1 resolved" in weekly.text
    assert "Juniadaha Union Digital Centre: 2 days" in weekly.text


def test_the_week_before_the_monitor_was_there_is_told_as_unmonitored(desk: Desk) -> None:
    with desk.store.write() as session:
        for state in session.scalars(select(SiteState)):
            state.first_utc = dhaka("2026-11-24T09:00")
    desk.clock.now_utc = dhaka("2026-11-29T09:00")
    enqueue(desk)
    assert "- unmonitored: 2 days\n" in render.render(briefs(desk)["weekly"], "en").text


def test_a_brief_that_did_not_go_out_within_an_hour_is_missed_until_it_does(desk: Desk) -> None:
    desk.clock.now_utc = dhaka("2026-11-25T09:30")
    enqueue(desk)
    assert missing(desk) == {"morning": False, "weekly": True}  # Sunday's is three days late
    desk.clock.now_utc = dhaka("2026-11-25T10:00")
    assert missing(desk) == {"morning": True, "weekly": True}
    desk.send_all()
    assert missing(desk) == {"morning": False, "weekly": False}


def test_nobody_misses_what_nobody_gets(desk: Desk) -> None:
    desk.office = replace(desk.office, notices=desk.office.notices.model_copy(update={"weekly": ()}))
    desk.clock.now_utc = dhaka("2026-11-25T11:00")
    assert missing(desk) == {"morning": True}


def test_a_storm_never_swallows_a_brief(desk: Desk) -> None:
    for site in desk.office.fleet.sites.values():
        desk.goes_down(site.id)
    desk.wait(days=1, hours=1)
    enqueue(desk)
    kinds = [letter.kind for letter in desk.send_all() if letter.recipient == "responsible"]
    assert kinds.count("morning") == 1
