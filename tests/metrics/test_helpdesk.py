"""The mirror as metrics."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from monitor.alerts.mirror import queue
from monitor.metrics.helpdesk import lines
from monitor.settings.helpdesk_section import Helpdesk
from monitor.store.helpdesk_queries import MirrorBacklog
from monitor.store.work import Work
from tests.metrics.three_offices import OFFICES, OWN_SITE, three_offices

NOW = datetime(2026, 11, 24, 4, tzinfo=UTC)


def values(backlog: MirrorBacklog) -> dict[str, float]:
    return {family.name: float(line.split()[-1]) for family, line in lines("bheramara", backlog, NOW)}


def test_a_desk_that_is_away_shows_as_an_age() -> None:
    assert values(MirrorBacklog(2, NOW - timedelta(hours=1), 1)) == {
        "upazila_helpdesk_pending": 2.0,
        "upazila_helpdesk_oldest_seconds": 3_600.0,
        "upazila_helpdesk_refused": 1.0,
    }


def test_what_is_in_line_has_no_age_and_a_clock_set_back_gives_none_below_nothing() -> None:
    assert values(MirrorBacklog(0, None, 0))["upazila_helpdesk_oldest_seconds"] == 0.0
    assert values(MirrorBacklog(1, NOW + timedelta(hours=1), 0))["upazila_helpdesk_oldest_seconds"] == 0.0


def test_each_offices_backlog_is_that_of_the_help_desk_that_it_names(tmp_path: Path) -> None:
    with three_offices(tmp_path) as three:
        three.know()
        for site in OWN_SITE.values():
            three.down(site)
        three.clock.advance(60 * 86_400)
        three.decide()
        named = {"bheramara": "https://desk.example", "mirpur": "https://mirpur.example"}
        desks = {
            office: Helpdesk(kind="zammad", url=url, token_file=Path("token"), queue="NOC")
            for office, url in named.items()
        }
        others = {id_: replace(each, helpdesk=desks.get(id_, Helpdesk())) for id_, each in three.offices.others.items()}
        three.live.offices = replace(three.offices, others=others)
        for office in OFFICES:  # as if all had gone to the first one until today
            with three.store.of(office).write() as session:
                work = Work(session, others[office], three.clock.utc())
                queue.enlist(work, desks["bheramara"].key, "new")
        assert three.values("upazila_helpdesk_pending") == {"bheramara": 1, "mirpur": 0, "gangni": None}
        with three.store.of("mirpur").write() as session:
            queue.enlist(Work(session, others["mirpur"], three.clock.utc()), desks["mirpur"].key, "new")
        assert three.values("upazila_helpdesk_pending") == {"bheramara": 1, "mirpur": 1, "gangni": None}
