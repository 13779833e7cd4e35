"""Many notices in one letter: each matter once."""

from collections.abc import Sequence

import pytest
from sqlalchemy import select

from monitor.alerts.channels.base import Letter
from monitor.alerts.facts.stored import pack, unpack_case
from monitor.alerts.notices import lease, render
from monitor.alerts.notices.digests import cases_of, digest_facts
from monitor.store import notice_rows, sqlite
from monitor.store.models import Notice
from monitor.store.session import Session
from tests.desk import Desk


def test_a_ticket_that_was_reopened_for_another_outage_is_one_matter(desk: Desk) -> None:
    desk.goes_down("udc-juniadaha")
    desk.wait(days=2)
    desk.comes_back("udc-juniadaha")
    desk.wait(hours=1)
    desk.goes_down("udc-juniadaha")
    with desk.store.read() as session:
        notices = session.scalars(select(Notice).order_by(Notice.id)).all()
        owed = [(notice.kind, unpack_case(notice.kind, notice.facts)) for notice in notices]
    assert {kind for kind, _ in owed} >= {"opened", "resolved", "reopened"}
    assert len({facts.event for _, facts in owed}) == 2, "the second outage has a beginning of its own"

    digest = pack(digest_facts(desk.office, owed, desk.clock.utc()))
    told = render.render(Letter(1, "digest", "responsible", "<1@x>", "<1@x>", desk.clock.utc(), 1, digest), "en").text

    assert told.count("BHR-2026-000001") == 1
    assert "Still down (1)" in told
    # So it is told by its last letter, and needs no digest of one.
    assert len(set(cases_of(facts for _, facts in owed))) == 1


def test_thousands_are_read_in_portions(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """A server ends a transaction that has asked for nothing for three seconds."""
    for site in ("udc-juniadaha", "backbone-north"):
        desk.goes_down(site)
        desk.wait(days=2)
    with desk.store.read() as session:
        ids = list(session.scalars(select(Notice.id)))
    asked: list[int] = []
    facts_as_text = notice_rows.facts_as_text

    def noted(session: Session, some: Sequence[int]) -> dict[int, str]:
        asked.append(len(some))
        return facts_as_text(session, some)

    monkeypatch.setattr(sqlite, "MANY", 2)
    monkeypatch.setattr(notice_rows, "facts_as_text", noted)
    with desk.store.write() as session:
        merged = lease._merge(desk.work(session), "responsible", ids)
    assert (sum(asked), max(asked)) == (len(ids), 2)
    with desk.store.read() as session:
        told = session.scalars(select(Notice).where(Notice.folded_into == merged)).all()
    assert len(told) == len(ids)
