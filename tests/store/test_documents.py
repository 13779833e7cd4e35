"""What `--json` and /api/v1/status give out: the keys are public, and each is told by its one maker."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, get_type_hints

import pytest

from monitor.domain.reasons import TIMEOUT
from monitor.store import documents
from monitor.store.helpdesk_queries import MirrorTotals, MirrorView
from monitor.store.notice_queries import NoticeView
from monitor.store.queries import EventView, OutageView, TicketView, TimelineView

T = datetime(2026, 11, 24, 4, tzinfo=UTC)
OUTAGE = OutageView(1, "a", "citizen:10", T, T, T, None, None, T, TIMEOUT, "power", None, None, ("b",), 1)
EVENT = EventView(T, "system", "opened", "text")
TICKET = TicketView(
    "BHR-2026-000001", "citizen:10", "a", "open", 0, T, T, T, None, None, 1, "person", "Karim", "no", (EVENT,)
)
NOTICE = NoticeView(1, "stage", "it", "o", "email", "sent", None, T, T, None, 1, "<1@x>", None, "250", "", "")
MIRRORED = MirrorView("rt https://desk.example.org", "BHR-2026-000001", "open", "7", "new", 0, None, 0, T, "")


@pytest.mark.parametrize(
    ("made", "shape"),
    [
        (documents.outage_document(OUTAGE), documents.OutageDocument),
        (documents.public_ticket_document(TICKET), documents.PublicTicketDocument),
        (documents.ticket_document(TICKET), documents.TicketDocument),
        (documents.ticket_event_document(EVENT), documents.TicketEventDocument),
        (documents.timeline_document(TimelineView(T, "a", "", "trap")), documents.TimelineDocument),
        (documents.notice_document(NOTICE), documents.NoticeDocument),
        (documents.mirror_document(MirrorTotals(1, 0, None, 0, "")), documents.MirrorDocument),
        (documents.mirrors_document([("rt x", ["mirpur"], MirrorTotals())]), documents.MirrorsDocument),
        (documents.mirrors_document([("rt x", ["mirpur"], MirrorTotals())])["desks"][0], documents.DeskDocument),
        (documents.mirrored_ticket_document(MIRRORED), documents.MirroredTicketDocument),
    ],
)
def test_a_document_has_the_keys_of_its_shape_and_no_others(made: Mapping[str, Any], shape: type) -> None:
    assert made.keys() == get_type_hints(shape).keys()


def test_what_anyone_may_read_of_a_ticket_tells_nobody_who_asked_and_why() -> None:
    assert documents.ticket_document(TICKET).keys() - documents.public_ticket_document(TICKET).keys() == {
        "asker",
        "text",
        "events",
    }


def test_times_are_told_in_utc() -> None:
    assert documents.outage_document(OUTAGE)["started_utc"] == "2026-11-24T04:00:00+00:00"
    assert documents.outage_document(OUTAGE)["ended_utc"] is None
