"""The page of planned work: seen first, planned by confirming, moved, ended; what was silent in it is named."""

import re
from collections.abc import Iterator
from datetime import timedelta

import pytest

from monitor.alerts.cases import downtimes
from monitor.domain.reasons import ReasonCode, reason
from monitor.domain.states import DowntimeKind
from monitor.settings.maintenance_section import Maintenance
from monitor.store.models import SuppressedOutage
from monitor.store.work import Work
from tests.web.signed_in import SignedIn
from tests.web.world import World, world

CABLE = {
    "text": "A new cable",
    "where": "behind",
    "behind": "backbone-north",
    "repeat": "once",
    "begins": "2026-12-01T22:00",
    "ends": "2026-12-02T11:00",
}


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with world(tmp_path_factory.mktemp("maintenance")) as made:
        yield made


def plans(office: World) -> dict[str, Maintenance]:
    with office.desk.store.read() as session:
        return downtimes.plans(session)


def version_of(page: str, name: str) -> str:
    found = re.search(rf'action="/maintenance/{name}".*?name="version" value="(\d+)"', page, re.DOTALL)
    assert found is not None
    return found[1]


def test_work_is_seen_first_planned_by_confirming_moved_and_ended(office: World) -> None:
    someone, before = SignedIn(office, "officer"), plans(office)
    tried = someone.get("/maintenance/new", **CABLE, see="1", lang="en")
    assert tried.status == 200
    assert re.search(r"No outage begins at \d+ sites in it", tried.text)
    assert "longer than half a day" in tried.text
    assert "falls into the hours of the office" in tried.text
    assert plans(office) == before

    assert someone.post("/maintenance/new", **CABLE).status == 303
    (name,) = plans(office).keys() - before.keys()
    assert name == "work-20261201-1"
    page = someone.get("/maintenance?lang=en").text
    assert "A new cable" in page

    version = version_of(page, name)
    moved = someone.post(f"/maintenance/{name}", do="extend", ends="2026-12-01T23:30", version=version)
    assert moved.status == 303
    assert someone.post(f"/maintenance/{name}", do="end", version=version).status == 409
    assert someone.post(f"/maintenance/{name}", do="end", version=str(int(version) + 1)).status == 303
    assert someone.post(f"/maintenance/{name}", do="end").status == 409
    assert someone.post("/maintenance/nothing", do="end").status == 404


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"ends": "2026-12-01T21:00"}, "after &#39;begins&#39;"),
        ({"begins": "soon"}, "Expected a day and a time"),
        ({"where": "sites"}, "which sites?"),
        ({"behind": "backbone-nroth"}, "Did you mean"),
        ({"begins": "2025-01-01T10:00", "ends": "2025-01-01T11:00"}, "in the future"),
        ({"repeat": "weekly", "opens": "02:00", "closes": "04:00"}, "when it is done is not clear"),
    ],
)
def test_what_is_wrong_is_said_in_the_form_and_plans_nothing(office: World, changes: dict[str, str], why: str) -> None:
    before = plans(office)
    answer = SignedIn(office, "officer").get("/maintenance/new", **{**CABLE, **changes}, see="1", lang="en")
    assert answer.status == 422
    assert why in answer.text
    assert SignedIn(office, "officer").post("/maintenance/new", **{**CABLE, **changes}).status == 422
    assert plans(office) == before


def test_who_is_in_charge_of_one_union_plans_no_work_elsewhere(office: World) -> None:
    someone, before = SignedIn(office, "far-officer"), plans(office)
    assert someone.post("/maintenance/new", **CABLE).status == 403
    assert someone.post("/maintenance/new", **{**CABLE, "where": "all"}).status == 403
    assert plans(office) == before
    mine = {**CABLE, "where": "unions", "union": "bahirchar"}
    assert someone.post("/maintenance/new", **mine).status == 303
    (name,) = plans(office).keys() - before.keys()
    assert plans(office)[name].unions == ["bahirchar"]


def test_a_site_that_was_silent_in_it_and_still_is_at_its_end_is_named(office: World) -> None:
    now = office.desk.clock.utc()
    with office.desk.store.write() as session:
        begins, ends = now - timedelta(hours=3), now - timedelta(hours=1)
        entry = {"text": "A mast", "sites": ["udc-juniadaha"], "begins": begins, "ends": ends}
        window = Maintenance.model_validate(entry)
        downtimes.add(Work(session, office.desk.office, now - timedelta(hours=4), "officer"), "mast", window)
        why = reason(ReasonCode.PLANNED_WORK, name="mast", text="A mast")
        session.add(
            SuppressedOutage(
                site="udc-juniadaha", kind=DowntimeKind.MAINTENANCE, why=why, since_utc=now - timedelta(hours=2)
            )
        )
    page = SignedIn(office, "officer").get("/maintenance?lang=en").text
    assert "Still without an answer when it ended:" in page
    assert "A mast" not in SignedIn(office, "far-officer").get("/maintenance?lang=en").text
