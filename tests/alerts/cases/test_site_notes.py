"""Notes about sites."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from monitor.alerts.cases.actions import note_site
from monitor.alerts.cases.refusals import BadInput
from monitor.charter.office import Office
from monitor.configuration import load
from monitor.store import site_page_queries
from monitor.store.models import Act
from monitor.store.work import Work
from tests.places import SHIPPED
from tests.store.migrated import new_store

NOW = datetime(2026, 11, 24, 4, 0, tzinfo=UTC)
SITE = "udc-chandgram"


@pytest.fixture(scope="module")
def office() -> Office:
    return Office.of(load(SHIPPED))


def test_a_note_is_kept_with_who_wrote_it_and_when_and_is_an_act(tmp_path: Path, office: Office) -> None:
    store = new_store(tmp_path)
    with store.write() as session:
        work = Work(session, office, NOW, "rahim", via="console", address="127.0.0.1")
        note_site(work, SITE, "  রাউটার দোতলায়;\r\nচাবি সচিবের কাছে।\u202e ")
    with store.read() as session:
        (note,) = site_page_queries.notes_of(session, SITE, 10)
        (act,) = session.query(Act).all()
        assert site_page_queries.notes_of(session, "udc-dharampur", 10) == []
    store.close()
    assert (note.actor, note.at_utc, note.text) == ("rahim", NOW, "রাউটার দোতলায়;\nচাবি সচিবের কাছে।")
    assert (act.kind, act.about, act.after) == ("site.note", SITE, {"note": note.text})


@pytest.mark.parametrize(
    ("site", "text", "field"),
    [(SITE, " \n ", "text"), (SITE, "…!", "text"), (SITE, "ক" * 2_001, "text"), ("x", "a", "site")],
)
def test_a_note_without_words_too_long_or_of_no_site_is_refused(
    tmp_path: Path, office: Office, site: str, text: str, field: str
) -> None:
    store = new_store(tmp_path)
    with pytest.raises(BadInput) as refused, store.write() as session:
        note_site(Work(session, office, NOW, "rahim"), site, text)
    assert refused.value.field == field
    store.close()
