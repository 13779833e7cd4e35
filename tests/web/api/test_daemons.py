"""Which daemons work on the database, for whoever reads the health and for Prometheus."""

from monitor.domain.api_scopes import STATUS_READ
from monitor.domain.leases import Duty, Lease
from tests.runtime.built import OfOthers
from tests.web.api.calling import call, token_for
from tests.web.desk import Desk


async def test_prometheus_finds_every_daemon_that_works_on_the_database(office: Desk, port: int) -> None:
    (alone,) = (await call(port, "/sd/daemons", token=token_for(office, STATUS_READ))).document
    assert alone["targets"] == [office.settings.page_url.partition("://")[2]]
    office.live.leases = OfOthers()
    said = await call(port, "/sd/daemons")
    assert [(each["targets"], each["labels"]) for each in said.document] == [
        (["a.example.org:9786"], {"__scheme__": "http", "__meta_upazila_daemon": "a"}),
        (["b.example.org:9786"], {"__scheme__": "https", "__meta_upazila_daemon": "b"}),
    ]


async def test_of_several_daemons_it_tells_which_there_are_and_what_this_one_does(office: Desk, port: int) -> None:
    assert (await call(port, "/health")).document["leases"] is None, "the database is a file"
    office.live.leases = OfOthers(Lease(Duty.OUTBOX, "a/1", 3))
    said = (await call(port, "/health")).document["leases"]
    assert (said["shards"], said["duties"]) == ([3, 5], ["duty/outbox"])
    assert [(each["name"], each["shards"], each["clock_trusted"], each["is_this"]) for each in said["daemons"]] == [
        ("a", 2, True, True),
        ("b", 62, False, False),
    ]
    differing = [(each["lost_uplinks"], each["other_configuration"]) for each in said["daemons"]]
    assert differing == [([], False), (["isp"], True)]
