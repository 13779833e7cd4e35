"""The grievance chain: when a matter reaches each stage, and who is reminded when."""

from datetime import datetime, timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from monitor.charter.calendar import Calendar
from monitor.charter.services import Stage
from monitor.charter.stages import chain, reminders, stage_at, warning_utc
from monitor.domain.notice_kinds import NoticeKind
from monitor.domain.period import Period, Unit
from tests.charter.calendars import calendar, calendars, charter, dhaka, local, moments

units = st.sampled_from(["months", "days", "working_days", "hours", "seconds"])
periods: st.SearchStrategy[Period] = st.builds(Period, units, st.integers(1, 60))
stage_lists = st.lists(st.tuples(periods, st.integers(1, 30)), max_size=4).map(
    lambda items: tuple(
        Stage(level, f"holder-{level}", "", "", period, "", remind) for level, (period, remind) in enumerate(items, 1)
    )
)


def stage(unit: Unit, amount: int, remind: int = 3) -> Stage:
    return Stage(1, "grievance", "", "", Period(unit, amount), "", remind)


def test_this_charters_chain_one_month_two_months_two_months() -> None:
    dates = chain(dhaka("2026-11-24T17:00"), charter().stages, calendar())
    assert [(each.level, each.holder, local(each.starts_utc), local(each.lapses_utc)) for each in dates] == [
        (1, "grievance", "2026-11-24T17:00", "2026-12-24T17:00"),
        (2, "appeal", "2026-12-24T17:00", "2027-02-24T17:00"),
        (3, "cell", "2027-02-24T17:00", "2027-04-25T17:00"),  # the 24th is a Saturday
    ]


def test_a_stage_begins_in_the_moment_in_which_the_one_before_lapses() -> None:
    dates = chain(dhaka("2026-11-24T17:00"), charter().stages, calendar())
    before, at = dhaka("2026-12-24T16:59"), dhaka("2026-12-24T17:00")
    assert [reached.level for now in (before, at) if (reached := stage_at(dates, now))] == [1, 2]


def test_before_the_missed_target_there_is_no_stage_and_after_the_last_it_stays() -> None:
    dates = chain(dhaka("2026-11-24T17:00"), charter().stages, calendar())
    assert stage_at(dates, dhaka("2026-11-24T16:59")) is None
    assert stage_at(dates, dhaka("2030-01-01T00:00")) == dates[-1]


def test_an_office_without_a_chain_has_no_stages() -> None:
    assert chain(dhaka("2026-11-24T17:00"), (), calendar()) == ()
    assert stage_at((), dhaka("2026-11-24T17:00")) is None


@given(calendars(), moments, stage_lists)
def test_stages_follow_each_other_without_gap_or_overlap(
    office: Calendar, breached: datetime, stages: tuple[Stage, ...]
) -> None:
    dates = chain(breached, stages, office)
    assert [each.level for each in dates] == [each.level for each in stages]
    assert not dates or dates[0].starts_utc == breached
    assert all(each.starts_utc < each.lapses_utc for each in dates)
    assert all(one.lapses_utc == next_one.starts_utc for one, next_one in pairwise(dates))


@given(calendars(), moments, stage_lists, st.lists(st.timedeltas(timedelta(-9), timedelta(900)), max_size=20))
def test_a_matter_never_goes_back_a_stage(
    office: Calendar, breached: datetime, stages: tuple[Stage, ...], later: list[timedelta]
) -> None:
    dates = chain(breached, stages, office)
    reached = [stage_at(dates, breached + each) for each in sorted(later)]
    levels = [each.level if each else 0 for each in reached]
    assert levels == sorted(levels)
    assert all(
        each is None or each.starts_utc <= breached + at for each, at in zip(reached, sorted(later), strict=True)
    )


# ---------------------------------------------------------------------------------------------------------- reminders


def test_the_holder_is_reminded_three_working_days_before_and_on_the_last_day() -> None:
    dates = chain(dhaka("2026-11-24T17:00"), charter().stages[:1], calendar())
    # back from Thursday 24 December: Wednesday, Tuesday, Monday
    assert [(each.kind, local(each.at_utc)) for each in reminders(dates, calendar())] == [
        (NoticeKind.LAPSES_SOON, "2026-12-21T09:00"),
        (NoticeKind.LAPSES_TODAY, "2026-12-24T09:00"),
    ]


def test_working_days_back_skip_weekends_and_holidays() -> None:
    # lapses on Sunday 20 December; back: Thursday 17th, Tuesday 15th (the 16th is Victory Day), Monday 14th
    dates = chain(dhaka("2026-11-19T12:00"), [stage("months", 1)], calendar())
    assert [local(each.at_utc) for each in reminders(dates, calendar())] == ["2026-12-14T09:00", "2026-12-20T09:00"]


def test_a_stage_too_short_for_a_reminder_has_only_the_warning_of_its_last_day() -> None:
    dates = chain(dhaka("2026-11-24T17:00"), [stage("working_days", 2)], calendar())
    assert [(each.kind, local(each.at_utc)) for each in reminders(dates, calendar())] == [
        (NoticeKind.LAPSES_TODAY, "2026-11-26T09:00")
    ]


def test_a_drill_of_seconds_reminds_nobody() -> None:
    dates = chain(dhaka("2026-11-24T10:00"), [stage("seconds", 30)], calendar())
    assert reminders(dates, calendar()) == ()


@given(calendars(), moments, stage_lists)
def test_reminders_come_at_office_openings_inside_their_stage_and_at_most_once_of_a_kind(
    office: Calendar, breached: datetime, stages: tuple[Stage, ...]
) -> None:
    dates = chain(breached, stages, office)
    told = reminders(dates, office)
    assert [each.at_utc for each in told] == sorted(each.at_utc for each in told)
    assert len({(each.level, each.kind) for each in told}) == len(told)
    for each in told:
        of = dates[each.level - 1]
        assert of.holder == each.holder
        assert of.starts_utc < each.at_utc <= of.lapses_utc
        assert each.at_utc == office.day(office.local(each.at_utc).date()).opens


@given(calendars(), moments, st.integers(1, 30), st.integers(1, 20))
def test_as_many_working_days_lie_before_the_last_day_as_the_stage_says(
    office: Calendar, breached: datetime, amount: int, remind: int
) -> None:
    dates = chain(breached, [stage("days", amount, remind)], office)
    last = office.local(dates[0].lapses_utc).date()
    for each in reminders(dates, office):
        first = office.local(each.at_utc).date()
        days = (first + timedelta(days=n) for n in range((last - first).days))
        assert sum(office.day(day).working for day in days) == (remind if each.kind == NoticeKind.LAPSES_SOON else 0)


def test_a_target_is_warned_of_at_the_opening_of_its_day() -> None:
    due, office = dhaka("2026-11-24T17:00"), calendar()
    warning = warning_utc(due, from_utc=dhaka("2026-11-23T16:30"), calendar=office)
    assert warning == dhaka("2026-11-24T09:00")


def test_nobody_is_warned_before_it_began_on_a_closed_day_or_after_it_fell_due() -> None:
    office = calendar()
    assert warning_utc(dhaka("2026-11-24T08:00"), from_utc=dhaka("2026-11-23T16:30"), calendar=office) is None
    assert warning_utc(dhaka("2026-11-24T17:00"), from_utc=dhaka("2026-11-24T09:00"), calendar=office) is None
    assert warning_utc(dhaka("2026-11-27T17:00"), from_utc=dhaka("2026-11-26T09:00"), calendar=office) is None
