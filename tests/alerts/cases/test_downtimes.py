"""Planned work by command, and silence that is excused: stored, restored, reported, counted as what it is."""

from datetime import UTC, datetime, timedelta, timezone
from itertools import pairwise

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, select

from monitor.alerts.cases import downtimes
from monitor.alerts.cases.refusals import BadInput, NotAllowed
from monitor.charter.downtimes import downtime_of
from monitor.charter.office import Office
from monitor.configuration import load
from monitor.domain.downtime import Downtime
from monitor.domain.states import DowntimeKind
from monitor.judging.availability import Availability
from monitor.judging.decisions import (
    Decision,
    MonitoringGap,
    OutageClosed,
    OutageOpened,
    OutageSuppressed,
    SiteChanged,
    SuppressionEnded,
    UplinkBack,
    UplinkLost,
)
from monitor.judging.health import State
from monitor.reports.availability import figures
from monitor.settings.maintenance_section import Maintenance
from monitor.store import board_state
from monitor.store.models import Event, Gap, Outage, SuppressedOutage
from tests.desk import Desk
from tests.places import SHIPPED
from tests.told import said, words

LINK, LAB = "backbone-north", "lab-juniadaha-girls"
NOW = datetime(2026, 11, 24, 4, 0, tzinfo=UTC)  # Tuesday, ten in the morning in Dhaka


def at(hours: float) -> datetime:
    return NOW + timedelta(hours=hours)


def plan(desk: Desk, name: str, **entry: object) -> None:
    with desk.store.write() as session:
        downtimes.add(
            desk.work(session, "an officer").at(at(0)), name, Maintenance.model_validate({"text": "new cable", **entry})
        )


def known(desk: Desk) -> Office:
    with desk.store.read() as session:
        return Office.of(load(SHIPPED), downtimes.plans(session, desk.clock.utc()))


def test_work_that_was_planned_by_command_pauses_its_sites_until_it_is_ended(desk: Desk) -> None:
    plan(desk, "cable", sites=[LINK], begins=at(1), ends=at(3))
    found = downtime_of(known(desk), LINK, at(2))
    assert found == Downtime(DowntimeKind.MAINTENANCE, said("planned work 'cable' (new cable)"), at(3))
    assert downtime_of(known(desk), LINK, at(0.5)) is None

    with desk.store.write() as session:
        downtimes.end(desk.work(session).at(at(2)), "cable")
    assert downtime_of(known(desk), LINK, at(1.5)) is not None  # it was excused then, and stays so
    assert downtime_of(known(desk), LINK, at(2)) is None
    desk.clock.advance(2 * 3600)
    assert known(desk).maintenance == {}


@pytest.mark.parametrize(
    ("entry", "covered", "ends"),
    [
        ({"days": ["tuesday"], "opens": "00:00", "closes": "24:00"}, range(24), at(14)),
        ({"days": ["tuesday"], "opens": "10:00", "minutes": 1440}, range(10, 34), at(24)),
        ({"days": ["monday"], "opens": "18:00", "minutes": 2160}, range(-6, 30), at(20)),
        ({"days": ["wednesday"], "opens": "10:00", "minutes": 10_080}, range(-48, 48), at(24)),
    ],
    ids=["a whole day", "for a day", "for a day and a half", "for the whole week"],
)
def test_weekly_work_may_last_for_a_day_and_more(
    desk: Desk, entry: dict[str, object], covered: range, ends: datetime
) -> None:
    plan(desk, "long", **entry)
    found = known(desk)
    midnight = at(-10)  # of the Tuesday in Dhaka
    hours = [hour for hour in range(-48, 48) if downtime_of(found, LINK, midnight + timedelta(hours=hour))]
    assert hours == list(covered)
    pause = downtime_of(found, LINK, at(0))
    assert pause is not None
    assert pause.until_utc == ends


def test_a_plan_to_24_00_is_kept_as_it_was_said(desk: Desk) -> None:
    plan(desk, "late", days=["tuesday"], opens="20:00", closes="24:00")
    with desk.store.read() as session:
        (kept,) = downtimes.plans(session).values()
    assert kept == Maintenance.model_validate(
        {"text": "new cable", "days": ["tuesday"], "opens": "20:00", "closes": "24:00"}
    )
    assert kept.model_dump(mode="json")["closes"] == "24:00"


def test_weekly_work_comes_again_until_it_is_ended(desk: Desk) -> None:
    plan(desk, "weekly", days=["tuesday"], opens="11:00", closes="12:00")
    assert [downtime_of(known(desk), LINK, at(1.5 + 24 * day)) is not None for day in (0, 1, 7)] == [True, False, True]
    with desk.store.write() as session:
        downtimes.end(desk.work(session).at(at(24)), "weekly")
    assert [downtime_of(known(desk), LINK, at(1.5 + 24 * day)) is not None for day in (0, 7)] == [True, False]


def test_a_name_can_be_used_and_ended_once(desk: Desk) -> None:
    plan(desk, "cable", begins=at(1), ends=at(3))
    with pytest.raises(BadInput, match="already"):
        plan(desk, "cable", begins=at(1), ends=at(3))
    for expected in (False, True):
        with desk.store.write() as session:
            if expected:
                with pytest.raises(NotAllowed, match="that lasts"):
                    downtimes.end(desk.work(session).at(at(2)), "cable")
            else:
                downtimes.end(desk.work(session).at(at(2)), "cable")


def test_excused_silence_is_told_on_the_timeline_remembered_and_counted(desk: Desk) -> None:
    why = "planned work 'cable' (new cable)"
    excuse = said(why)
    desk.decide(
        SiteChanged(LINK, State.UP, at(-100)),
        OutageSuppressed(LINK, at(1), DowntimeKind.MAINTENANCE, excuse, at(3), at(1.1)),
    )
    with desk.store.read() as session:
        found = board_state.load_state(session)
    assert (found.silent_since, found.in_downtime) == (
        {LINK: at(1)},
        {LINK: Downtime(DowntimeKind.MAINTENANCE, excuse, at(3))},
    )

    desk.decide(
        OutageSuppressed(LINK, at(1.2), DowntimeKind.MAINTENANCE, excuse, at(3), at(1.3))
    )  # again, after a restart
    desk.decide(SuppressionEnded(LINK, at(2)))
    with desk.store.read() as session:
        told = [(one.kind, words(one.reason)) for one in session.scalars(select(Event).order_by(Event.id))]
        figure = figures(session, desk.office, LINK, (at(0), at(10)), at(10))
    assert told == [
        ("paused", f"no answer, but no outage begins: {why}"),
        ("paused_over", f"no answer for 1 hour: {why}"),
    ]
    assert figure.excused == ((at(1), at(2), excuse),)
    # It breaches nothing, but nobody says that it was up.
    assert [figure.promised.down, figure.promised.paused] == [timedelta(0), timedelta(hours=1)]
    assert figure.always.down == timedelta(hours=1)


def test_a_gap_behind_one_uplink_is_none_of_the_others(desk: Desk) -> None:
    desk.decide(SiteChanged(LINK, State.UP, at(-100)), UplinkLost("main", at(1)))
    with desk.store.read() as session:
        assert board_state.load_state(session).blind == {"main": at(1)}
        figure = figures(session, desk.office, LINK, (at(0), at(10)), at(4))
    assert figure.always.unmonitored == timedelta(hours=3 + 6)  # still blind; and what has not come yet
    desk.decide(UplinkBack("main", at(1), at(2)))
    with desk.store.read() as session:
        assert board_state.load_state(session).blind == {}
        assert [(gap.started_utc, gap.ended_utc) for gap in session.scalars(select(Gap))] == [(at(1), at(2))]


spans = st.tuples(st.integers(0, 400_000), st.integers(1, 90_000))
zones = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    site=st.sampled_from([LINK, LAB, "udc-juniadaha"]),
    outages=st.lists(spans, max_size=4),
    excused=st.lists(spans, max_size=4),
    gaps=st.lists(spans, max_size=3),
    window=spans,
    zone=zones,
    now=st.integers(0, 500_000),
)
def test_the_four_always_add_up_to_the_window_to_the_second(
    desk: Desk,
    site: str,
    outages: list[tuple[int, int]],
    excused: list[tuple[int, int]],
    gaps: list[tuple[int, int]],
    window: tuple[int, int],
    zone: timezone,
    now: int,
) -> None:
    def seconds(count: int) -> datetime:
        return NOW + timedelta(seconds=count)

    told: list[Decision] = [SiteChanged(site, State.UP, seconds(-1))]
    for begins, lasts in outages:
        told += [OutageOpened(site, seconds(begins), seconds(begins), None, said("timeout"))]
        told += [OutageClosed(site, seconds(begins + lasts))]
    for begins, lasts in excused:
        told += [
            OutageSuppressed(
                site, seconds(begins), DowntimeKind.HOURS, said(f"outside {begins}"), None, seconds(begins)
            )
        ]
        told += [SuppressionEnded(site, seconds(begins + lasts))]
    told += [MonitoringGap(seconds(begins), seconds(begins + lasts), said("asleep")) for begins, lasts in gaps]
    with desk.store.write() as session:
        for table in (Outage, SuppressedOutage, Gap, Event):
            session.execute(delete(table))
    desk.decide(*told)
    asked = (seconds(window[0]).astimezone(zone), seconds(sum(window)).astimezone(zone))
    with desk.store.read() as session:
        figure = figures(session, desk.office, site, asked, seconds(now))

    for each in (figure.promised, figure.always):
        assert each.up + each.down + each.unmonitored + each.paused == timedelta(seconds=window[1])
        assert min(each.up, each.down, each.unmonitored, each.paused) >= timedelta(0)
    assert figure.always.paused == timedelta(0)
    plain = _counted([(b, b + n) for b, n in [*outages, *excused]], [(b, b + n) for b, n in gaps], window, now)
    assert (figure.always.up, figure.always.down, figure.always.unmonitored) == plain


def _counted(
    silent: list[tuple[int, int]], gaps: list[tuple[int, int]], window: tuple[int, int], now: int
) -> tuple[timedelta, timedelta, timedelta]:
    """Up, down and unmonitored over all hours, by cutting the window at every edge and looking at each piece."""
    first, last = window[0], sum(window)
    edges = sorted({first, last, now, *(edge for span in [*silent, *gaps] for edge in span)})
    up = down = blind = 0
    for begins, ends in pairwise(edges):
        if not first <= begins < last:
            continue
        if begins >= now or any(b <= begins < e for b, e in gaps):
            blind += ends - begins
        elif any(b <= begins < e for b, e in silent):
            down += ends - begins
        else:
            up += ends - begins
    return timedelta(seconds=up), timedelta(seconds=down), timedelta(seconds=blind)


def test_no_time_at_all_has_no_share() -> None:
    nothing = timedelta(0)
    assert Availability(nothing, nothing, nothing, nothing).share is None
