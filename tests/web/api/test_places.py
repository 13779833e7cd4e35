"""What the API says of sites, outages and events."""

import json
from urllib.parse import quote

from monitor.domain.api_scopes import ADMIN, STATUS_READ, TICKETS_WRITE
from monitor.domain.event_kinds import EventKind
from monitor.store import queries
from monitor.store.models import Event
from tests.web.api.calling import call, token_for
from tests.web.asking import ask
from tests.web.desk import Desk


async def test_the_old_path_of_the_status_leads_to_the_new_one(office: Desk, port: int) -> None:
    answer = await ask(port, "/api/status")
    assert (answer.status, answer.headers["location"]) == (308, "/api/v1/status")
    assert json.loads((await ask(port, "/api/v1/status")).body)["instance"] == office.live.instance


async def test_a_site_is_read_with_its_state_and_found_by_a_part_of_its_name(office: Desk, port: int) -> None:
    office.goes_down("udc-juniadaha")
    one = await call(port, "/sites/udc-juniadaha")
    assert (one.document["state"], one.document["devices"][0]["verdict"]) == ("down", "failed")
    found = await call(port, f"/sites?text={quote('জুনিয়াদহ')}&state=down&count=1")
    assert ([site["id"] for site in found.document["items"]], found.document["count"]) == (["udc-juniadaha"], 1)
    assert (await call(port, "/sites/udc-nowhere")).problem == "not-found"


async def test_sites_are_listed_page_by_page_each_once(office: Desk, port: int) -> None:
    path, found = "/sites?limit=7", []
    while path:
        said = await call(port, path)
        found += [site["id"] for site in said.document["items"]]
        path = said.headers.get("link", "").partition(">")[0].removeprefix("</api/v1")
    assert found == sorted(office.settings.fleet.sites)


async def test_a_token_of_one_union_sees_its_sites_alone(office: Desk, port: int) -> None:
    office.goes_down("udc-juniadaha")
    office.goes_down("office-ict")
    sites = office.settings.fleet.sites
    union = sites["udc-juniadaha"].union or ""
    token = token_for(office, STATUS_READ, unions=[union])
    mine = {site.id for site in sites.values() if site.union == union}
    status = (await call(port, "/status", token=token)).document
    assert {site["id"] for site in status["sites"]} == mine
    assert sum(count for kind in status["counts"].values() for count in kind.values()) == len(mine)
    assert {outage["site"] for outage in status["outages"]} == {"udc-juniadaha"}
    outages = (await call(port, "/outages", token=token)).document["items"]
    assert {outage["site"] for outage in outages} == {"udc-juniadaha"}
    everything = (await call(port, "/outages")).document["items"]
    hidden = next(outage["id"] for outage in everything if outage["site"] == "office-ict")
    for path in (f"/outages/{hidden}", "/sites/office-ict", "/outages?site=office-ict", "/events?site=office-ict"):
        assert (await call(port, path, token=token)).status == 404


async def test_outages_are_narrowed_by_site_state_and_time(office: Desk, port: int) -> None:
    office.goes_down("udc-juniadaha")
    now = office.clock.utc()
    assert len((await call(port, "/outages?open=true&site=udc-juniadaha")).document["items"]) == 1
    assert (await call(port, "/outages?open=false")).document["items"] == []
    assert (await call(port, f"/outages?to={now.year - 1}-01-01")).document["items"] == []
    assert (await call(port, "/outages?cause=power")).document["items"] == []


async def test_the_timeline_has_events_and_outages_in_their_order_page_by_page(office: Desk, port: int) -> None:
    office.goes_down("udc-juniadaha")
    for _ in range(2):
        office.round("udc-juniadaha")
    with office.store.write() as session:
        for _ in range(3):
            session.add(Event(at_utc=office.clock.utc(), kind=EventKind.TRAP, site="udc-juniadaha", device="x"))
        began = queries.outages(session)[0].started_utc  # and at the same moment, which a page may end in
        session.add_all(Event(at_utc=began, kind=EventKind.TRAP, site="udc-juniadaha", device="y") for _ in range(3))
    path, found = "/sites/udc-juniadaha/timeline?limit=2", []
    while path:
        said = await call(port, path)
        assert len(said.document["items"]) <= 2
        found += [(line["at_utc"], line["kind"]) for line in said.document["items"]]
        path = said.headers.get("link", "").partition(">")[0].removeprefix("</api/v1")
    assert [kind for _, kind in found] == ["trap"] * 3 + ["outage_over", "outage"] + ["trap"] * 3
    assert [at for at, _ in found] == sorted((at for at, _ in found), reverse=True)


async def test_availability_has_both_sums_and_its_parts_add_up(office: Desk, port: int) -> None:
    office.goes_down("udc-juniadaha")
    said = await call(port, "/sites/udc-juniadaha/availability?from=2026-11-01&to=2026-12-01")
    for name in ("promised", "always"):
        shares = said.document["availability"][name]
        parts = shares["up_s"] + shares["down_s"] + shares["unmonitored_s"] + shares["paused_s"]
        assert parts == shares["window_s"] == 30 * 86_400


async def test_a_stretch_that_is_none_is_refused(port: int, office: Desk) -> None:
    for query in [
        "from=2026-11-02&to=2026-11-01",
        "from=never",
        "from=1999-12-31",
        "from=2020-01-01&to=2026-01-01",
        "from=2026-13-01",
    ]:
        said = await call(port, f"/sites/udc-juniadaha/availability?{query}")
        assert (said.status, said.problem, said.pointers) == (422, "bad-values", ["from"])


async def test_a_place_that_we_never_gave_is_refused(port: int, office: Desk) -> None:
    for after in ["x", "bm90IGpzb24", "W10", "W251bGxd", "=" * 400, "😀"]:
        for path in ("/sites", "/outages", "/tickets", "/events", "/sites/udc-juniadaha/timeline"):
            said = await call(port, f"{path}?after={quote(after)}")
            assert (said.status, said.pointers) == (422, ["after"])


async def test_an_outage_is_explained_to_the_public_and_excused(office: Desk, port: int) -> None:
    office.goes_down("udc-juniadaha")
    token, admin = token_for(office, TICKETS_WRITE, STATUS_READ), token_for(office, ADMIN)
    (outage,) = (await call(port, "/outages")).document["items"]
    path, tag = f"/outages/{outage['id']}", f'"{outage["version"]}"'
    assert (await call(port, path, "PATCH", {"note": "x"}, token)).problem == "no-version"
    noted = await call(port, path, "PATCH", {"note": "তার কাটা পড়েছে"}, token, if_match=tag)
    assert (noted.status, noted.headers["etag"] != tag) == (200, True)
    excuse = {"excuse": "road works"}
    assert (await call(port, path, "PATCH", excuse, token, if_match=noted.headers["etag"])).status == 403
    assert (await call(port, path, "PATCH", excuse, admin, if_match=tag)).problem == "stale-version"
    assert (await call(port, path, "PATCH", excuse, admin, if_match=noted.headers["etag"])).status == 200
    assert (await call(port, path, "PATCH", {}, token, if_match="*")).pointers == ["#"]


async def test_the_monitor_tells_of_its_own_health(office: Desk, port: int) -> None:
    office.turned_mono_ns["probing"] = office.clock.mono_ns()
    said = await call(port, "/health")
    assert (said.document["parts"], said.document["late_parts"]) == ({"probing": 0.0}, [])
    office.clock.advance(60)
    assert (await call(port, "/health")).document["late_parts"] == ["probing"]
