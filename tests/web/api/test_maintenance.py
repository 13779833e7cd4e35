"""What the API says of planned work, and what programs do about it."""

from datetime import timedelta

from monitor.domain.api_scopes import MAINTENANCE_WRITE, STATUS_READ
from tests.web.api.calling import call, token_for
from tests.web.desk import Desk


def plan(office: Desk, **more: object) -> dict[str, object]:
    begins = office.clock.utc() + timedelta(hours=1)
    times = {"begins": begins.isoformat(), "ends": (begins + timedelta(hours=2)).isoformat()}
    return {"name": "cable", "text": "new cable", "sites": ["udc-juniadaha"], **times, **more}


async def test_work_is_planned_extended_and_ended(office: Desk, port: int) -> None:
    token = token_for(office, MAINTENANCE_WRITE, STATUS_READ)
    made = await call(port, "/maintenance", "POST", plan(office), token)
    assert (made.status, made.headers["location"]) == (201, "/api/v1/maintenance/cable")
    later = (office.clock.utc() + timedelta(hours=5)).isoformat()
    assert (await call(port, "/maintenance/cable", "PATCH", {"ends": later}, token)).problem == "no-version"
    moved = await call(port, "/maintenance/cable", "PATCH", {"ends": later}, token, if_match=made.headers["etag"])
    assert (moved.status, moved.document["ends"][:16]) == (200, later[:16])
    stale = await call(port, "/maintenance/cable", "DELETE", token=token, if_match=made.headers["etag"])
    assert (stale.status, stale.problem) == (412, "stale-version")
    ended = await call(port, "/maintenance/cable", "DELETE", token=token, if_match=moved.headers["etag"])
    assert (ended.status, ended.document["is_over"]) == (200, True)
    listed = [
        [each["name"] for each in (await call(port, path, token=token)).document["items"]]
        for path in ("/maintenance", "/maintenance?past=1")
    ]
    assert "cable" not in listed[0]
    assert "cable" in listed[1]


async def test_a_wrong_plan_is_refused_by_its_field(office: Desk, port: int) -> None:
    wrongs: list[tuple[dict[str, object], str]] = [
        ({"sites": []}, "#"),
        ({"everywhere": True}, "#"),
        ({"sites": ["udc-nowhere"]}, "#/sites"),
        ({"begins": "soon"}, "#/begins"),
        ({"ends": "2020-01-01T10:00"}, "#"),
        ({"text": ""}, "#/text"),
        ({"name": "Two words"}, "#/name"),
        ({"days": ["someday"]}, "#/days"),
    ]
    for wrong, pointer in wrongs:
        said = await call(port, "/maintenance", "POST", plan(office, **wrong), token_for(office, MAINTENANCE_WRITE))
        assert (said.status, said.problem) == (422, "bad-values")
        assert said.pointers[0].startswith(pointer)


async def test_a_token_of_one_union_plans_no_work_elsewhere(office: Desk, port: int) -> None:
    union = office.settings.fleet.sites["udc-juniadaha"].union or ""
    token = token_for(office, MAINTENANCE_WRITE, STATUS_READ, unions=[union])
    assert (await call(port, "/maintenance", "POST", plan(office), token)).status == 201
    for wrong in ({"sites": ["office-ict"]}, {"sites": [], "everywhere": True}):
        said = await call(port, "/maintenance", "POST", plan(office, name="other", **wrong), token)
        assert (said.status, said.problem) == (403, "no-scope")
    assert (await call(port, "/maintenance/other", token=token_for(office, STATUS_READ))).status == 404
