"""What a ticket's history says of its steps is codes, told in the language of who reads it."""

from datetime import timedelta

from monitor.domain.reasons import ReasonCode, as_json
from monitor.domain.states import EndReason
from monitor.i18n.reasons import history_text
from monitor.judging.decisions import OutageClosed
from monitor.store.models import Ticket, TicketEvent
from tests.desk import Desk

SITE = "backbone-north"
NUMBER = "BHR-2026-000001"
C = ReasonCode


def lines(desk: Desk) -> list[TicketEvent]:
    with desk.store.read() as session:
        return list(session.get_one(Ticket, 1).events)


def codes(desk: Desk) -> list[tuple[str, ReasonCode | None]]:
    return [(line.kind, line.reason.code if line.reason else None) for line in lines(desk)]


def test_every_step_of_the_chain_has_its_code_and_no_sentence(desk: Desk) -> None:
    desk.goes_down(SITE)
    desk.look()
    desk.wait(days=20)
    desk.wait(days=12)
    desk.comes_back(SITE)
    desk.wait(minutes=31)
    found = codes(desk)
    assert found[0] == ("opened", C.TARGET_MISSED)
    assert {("stage", C.STAGE_BEGINS), ("answers_again", C.SITE_ANSWERS), ("resolved", C.SITE_ANSWERS_SINCE)} <= set(
        found
    )
    assert [line.text for line in lines(desk)] == [""] * len(found)


def test_a_target_and_its_officers_are_told_in_either_language(desk: Desk) -> None:
    desk.goes_down(SITE)
    desk.look()
    opened, stage = lines(desk)[:2]
    assert history_text(opened.reason, "", "en") == (
        "service-time target missed: due Tuesday, 24 November 2026, 10:00 (immediate)"
    )
    assert "তাৎক্ষণিক" in history_text(opened.reason, "", "bn")
    holder = as_json(stage.reason)["holder"]  # type: ignore[index]
    for lang in ("bn", "en"):
        assert holder[lang] in history_text(stage.reason, "", lang)
    assert holder["bn"] != holder["en"]


def test_a_persons_words_stand_beside_the_code(desk: Desk) -> None:
    desk.goes_down(SITE)
    desk.look()
    desk.act(NUMBER, "raise", "nobody came")
    last = lines(desk)[-1]
    assert (last.kind, last.text, last.reason and last.reason["stage"]) == ("stage", "nobody came", 2)
    assert history_text(last.reason, last.text, "en").endswith(" \N{EM DASH} nobody came")


def test_an_outage_that_ended_by_the_configuration_says_so(desk: Desk) -> None:
    desk.goes_down(SITE)
    desk.look()
    desk.clock.advance(timedelta(hours=2).total_seconds())
    desk.decide(OutageClosed(SITE, desk.clock.utc(), EndReason.REMOVED))
    ended = lines(desk)[-1]
    assert (ended.kind, ended.reason and ended.reason["end"]) == ("answers_again", "removed")
    assert history_text(ended.reason, "", "en") == "the outage ended after 2 hours: taken out of the configuration"


def test_a_reopened_ticket_says_why_and_from_when_it_counts(desk: Desk) -> None:
    desk.goes_down(SITE)
    desk.look()
    desk.comes_back(SITE)
    desk.wait(minutes=31)
    desk.goes_down(SITE)
    desk.look()
    last = next(line for line in reversed(lines(desk)) if line.kind == "reopened")
    assert last.reason is not None
    assert last.reason.code == C.STAGE_RESTARTED
    assert history_text(last.reason, "", "en").startswith("the site is down again; it was overdue before")
