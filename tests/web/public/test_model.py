"""What is said of sites, unions and kinds, and what is promised, as of a moment."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.domain.leases import SHARDS
from monitor.domain.reasons import Names
from monitor.domain.states import DowntimeKind
from monitor.judging.shards import shard_of
from monitor.settings.fleet import Group
from monitor.settings.maintenance_section import Maintenance
from monitor.store.gap_rows import GapRow
from monitor.store.public_rows import Known, PlanChange, Promise, PublicOutage
from monitor.web.public.model import (
    Rows,
    Word,
    planned_of,
    troubles_of,
    unions_of,
    words_of,
    worst,
)
from monitor.web.public.months import Month, fiscal_year, months_of
from tests.desk import shipped_office

NOW = datetime(2026, 11, 24, 4, 0, tzinfo=UTC)
YEAR = NOW - timedelta(days=365)
SITE, LINK = "udc-juniadaha", "backbone-north"


def known(state: str = "up", since: datetime = YEAR, first: datetime = YEAR) -> dict[str, Known]:
    return {id_: Known(state, since, first) for id_ in shipped_office().fleet.sites}


def outage(site: str = SITE, affected: tuple[str, ...] = ()) -> PublicOutage:
    return PublicOutage(
        1, site, NOW - timedelta(hours=1), None, NOW + timedelta(hours=5), "", "", "", frozenset(affected)
    )


def gap(uplink: str, shard: int | None = None) -> GapRow:
    return GapRow(NOW - timedelta(minutes=5), None, uplink, None, shard)


WATCHED = Rows((), {}, known(), (), has_watched=True)


@pytest.mark.parametrize(
    ("rows", "word"),
    [
        (WATCHED, Word.UP),
        (replace(WATCHED, outages=(outage(),)), Word.DOWN),
        (replace(WATCHED, outages=(outage(LINK, (SITE,)),)), Word.DOWN),
        (replace(WATCHED, silent={SITE: DowntimeKind.MAINTENANCE}), Word.PLANNED),
        (replace(WATCHED, silent={SITE: DowntimeKind.HOURS}), Word.CLOSED),
        (replace(WATCHED, known=known("degraded")), Word.POOR),
        (replace(WATCHED, known=known("unknown")), Word.UNMONITORED),
        (replace(WATCHED, known={}), Word.UNMONITORED),
        (replace(WATCHED, known=known(first=NOW + timedelta(minutes=1))), Word.UNMONITORED),
        (replace(WATCHED, blind=(gap(""),)), Word.UNMONITORED),
        # What the daemon has not seen is not up, whatever was stored last.
        (replace(WATCHED, has_watched=False), Word.UNMONITORED),
        (replace(WATCHED, outages=(outage(),), blind=(gap(""),)), Word.UNMONITORED),
    ],
)
def test_each_site_has_the_word_for_what_is_stored(rows: Rows, word: Word) -> None:
    assert words_of(shipped_office(), rows, NOW)[SITE] is word


def test_what_no_daemon_watched_is_unmonitored_and_the_rest_is_not() -> None:
    office = shipped_office()
    shard = shard_of(office.fleet, SITE)
    words = words_of(office, replace(WATCHED, blind=(gap("", shard),)), NOW)
    assert words[SITE] is Word.UNMONITORED
    elsewhere = replace(WATCHED, blind=(gap("", (shard + 1) % SHARDS),))
    assert set(words_of(office, elsewhere, NOW).values()) == {Word.UP}


def test_what_lies_behind_a_blind_uplink_alone_is_unmonitored() -> None:
    office = shipped_office()
    fleet = replace(office.fleet, groups={"north": Group((), LINK)})
    words = words_of(replace(office, fleet=fleet), replace(WATCHED, blind=(gap("north"),)), NOW)
    assert words[SITE] is Word.UNMONITORED
    assert words["udc-chandgram"] is Word.UP


@given(st.lists(st.sampled_from(Word), min_size=1))
def test_the_worst_word_is_up_only_where_nothing_is_worse(words: list[Word]) -> None:
    assert worst(words) in words
    if worst(words) is Word.UP:
        assert set(words) <= {Word.UP, Word.CLOSED}


def test_a_union_with_one_site_down_is_down_and_stands_first() -> None:
    office = shipped_office()
    groups = unions_of(office, words_of(office, replace(WATCHED, outages=(outage(),)), NOW))
    assert (groups[0].name, groups[0].word, groups[0].count) == (Names("জুনিয়াদহ", "Juniadaha"), Word.DOWN, 1)
    assert {group.word for group in groups[1:]} == {Word.UP}


def test_a_trouble_says_in_which_unions_it_is_felt_and_not_what_lies_behind_what() -> None:
    (trouble,) = troubles_of(shipped_office(), [outage(LINK, (SITE, "udc-bahadurpur", "gone-from-the-fleet"))])
    assert [name.en for name in trouble.unions] == ["Bahadurpur", "Juniadaha"]
    assert trouble.kinds == ("udc",)
    assert not any(hasattr(trouble, field) for field in ("parent", "devices", "evidence", "affected", "reason"))


def test_a_promise_counts_in_the_month_in_which_it_was_kept_or_missed() -> None:
    def at(month: int, day: int) -> datetime:
        return datetime(2026, month, day, 6, 0, tzinfo=UTC)

    promises = [
        Promise(at(8, 3), at(7, 30)),  # kept in July
        Promise(at(8, 3), at(9, 30)),  # missed in August, done in September
        Promise(at(10, 1), None),  # missed, and still open
        Promise(at(12, 1), None),  # to come
        Promise(at(6, 1), at(6, 1)),  # of the year before
        Promise(at(11, 30), at(11, 29)),  # not done yet at the moment that is shown
    ]
    assert months_of(promises, NOW) == (
        Month(date(2026, 7, 1), 1, 1),
        Month(date(2026, 8, 1), 1, 0),
        Month(date(2026, 9, 1), 0, 0),
        Month(date(2026, 10, 1), 1, 0),
        Month(date(2026, 11, 1), 0, 0),
    )


def test_the_fiscal_year_begins_in_july_by_the_offices_clock() -> None:
    assert fiscal_year(datetime(2026, 6, 30, 17, 59, tzinfo=UTC)) == (2025, 2026)
    assert fiscal_year(datetime(2026, 6, 30, 18, 0, tzinfo=UTC)) == (2026, 2027)


def plan(**keys: object) -> Maintenance:
    begins, ends = NOW + timedelta(hours=12), NOW + timedelta(hours=14)
    return Maintenance.model_validate({"text": "secret", "begins": begins, "ends": ends, "announce": True, **keys})


def planned(window: Maintenance, change: PlanChange | None = None, at: datetime = NOW) -> list[tuple[str, bool]]:
    office = replace(shipped_office(), maintenance={"cable": window})
    changes = {} if change is None else {"cable": change}
    return [(work.text.en, work.is_cancelled) for work in planned_of(office, changes, at)]


def test_only_announced_work_is_told_from_its_day_on_in_the_words_for_the_public() -> None:
    assert planned(plan(announce=False)) == []
    assert planned(plan(announce_from=NOW + timedelta(hours=1))) == []
    assert planned(plan(announce_from=NOW, public_en="A line is replaced")) == [("A line is replaced", False)]
    assert planned(plan(public_bn="লাইন বদল")) == [("লাইন বদল", False)]


def test_announced_work_is_told_until_it_is_over_and_does_not_vanish_when_it_begins() -> None:
    assert planned(plan(), at=NOW + timedelta(hours=13)) == [("", False)]
    assert planned(plan(), at=NOW + timedelta(hours=14)) == []


def test_work_that_was_called_off_is_told_as_such_until_it_would_have_begun() -> None:
    ended = plan(until=NOW)
    assert planned(ended, PlanChange(2, NOW)) == [("", True)]
    assert planned(ended, PlanChange(2, NOW), NOW + timedelta(hours=13)) == []


def test_weekly_work_is_told_of_its_next_time() -> None:
    weekly = Maintenance.model_validate(
        {"text": "x", "announce": True, "days": ["sunday"], "opens": "02:00", "closes": "04:00"}
    )
    office = replace(shipped_office(), maintenance={"weekly": weekly})
    (work,) = planned_of(office, {}, NOW)
    assert work.begins_utc == datetime(2026, 11, 28, 20, 0, tzinfo=UTC)
