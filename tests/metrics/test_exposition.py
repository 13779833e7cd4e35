"""What Prometheus gets."""

import asyncio
import gzip
import subprocess
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from itertools import pairwise
from pathlib import Path
from random import Random
from threading import Event

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy import event
from sqlalchemy import text as sql

from monitor.configuration import load_installation
from monitor.domain.clock import NS_PER_S, VirtualClock
from monitor.domain.leases import Duty, Lease
from monitor.domain.sample import Verdict
from monitor.metrics import helpdesk, notices, sla
from monitor.metrics.charter import FAMILIES as OF_THE_CHARTER
from monitor.metrics.charter import INFO
from monitor.metrics.exposition import Exposition
from monitor.metrics.notices import AWAY
from monitor.metrics.pieces import Packed, gzip_stream, packed
from monitor.probes.icmp.packets import Rejected
from monitor.runtime.leases import SoleHolder
from monitor.runtime.live import RuntimeState
from monitor.settings.fleet import Fleet
from monitor.store.opening import DATABASE
from monitor.store.retention import forget_old
from tests.metrics.busy import mirrored
from tests.metrics.fleets import judged, many
from tests.metrics.pages import value
from tests.runtime.built import state_of
from tests.settings.many_offices import installation
from tests.store.migrated import new_store
from tests.web.desk import Desk


def test_a_good_round_is_a_success_with_its_time_and_loss(office: Desk) -> None:
    office.round("udc-juniadaha", lost=1)
    text = office.text()
    assert value(text, "upazila_probe_success", site="udc-juniadaha") == 1
    assert value(text, "upazila_icmp_rtt_seconds", site="udc-juniadaha") == 0.004
    assert value(text, "upazila_icmp_packet_loss_ratio", site="udc-juniadaha") == pytest.approx(1 / 3)
    assert value(text, "upazila_site_state", site="udc-juniadaha", state="up") == 1


def test_each_series_of_a_site_carries_its_own_office(tmp_path: Path) -> None:
    settings = load_installation(installation(tmp_path)).host
    store = new_store(tmp_path / "state")
    desk = Desk(settings, store)
    desk.round("mirpur.pop")
    desk.round("udc-juniadaha")
    text = desk.text()
    for site, office in (("mirpur.pop", "mirpur"), ("udc-juniadaha", "bheramara")):
        for name, more in (("upazila_probe_success", {}), ("upazila_site_state", {"state": "up"})):
            assert value(text, name, site=site, office=office, **more) == 1
            assert value(text, name, site=site, office="another", **more) is None
        assert value(text, "upazila_site_info", site=site, office=office) == 1
    store.close()


def test_a_silent_device_has_no_round_trip_time(office: Desk) -> None:
    office.round("udc-juniadaha")
    office.round("udc-juniadaha", Verdict.FAILED)
    text = office.text()
    assert value(text, "upazila_probe_success", site="udc-juniadaha") == 0
    assert value(text, "upazila_icmp_rtt_seconds", site="udc-juniadaha") is None


def test_a_round_that_was_our_own_fault_says_nothing_of_the_device(office: Desk) -> None:
    office.round("udc-juniadaha", Verdict.UNKNOWN)
    text = office.text()
    assert value(text, "upazila_probe_success", site="udc-juniadaha") is None
    assert value(text, "upazila_samples_unknown_total", probe="icmp") == 1


def test_an_outage_its_ticket_and_its_mails_are_there_and_go_again(office: Desk) -> None:
    office.goes_down("backbone-north")
    text = office.text()
    assert value(text, "upazila_outage_open", site="backbone-north", service="citizen:10") == 1
    assert value(text, "upazila_site_state", site="backbone-north", state="down") == 1
    assert value(text, "upazila_tickets_open", stage="1") == 1
    assert value(text, "upazila_tickets_open", stage="officer") == 0
    assert value(text, "upazila_outbox_owed") == 2
    for _ in range(2):
        office.round("backbone-north")
    text = office.text()
    assert value(text, "upazila_outage_open", site="backbone-north") is None
    assert value(text, "upazila_outages_total", site="backbone-north") == 1


def test_a_device_that_was_taken_out_has_no_series_any_more(office: Desk) -> None:
    office.round("udc-juniadaha")
    assert 'site="udc-juniadaha"' in office.text()
    rest = {id_: site for id_, site in office.settings.fleet.sites.items() if id_ != "udc-juniadaha"}
    office.board.replace_fleet(Fleet(rest), office.board.rules, office.clock.utc())
    office.live.fleet = Fleet(rest)
    office.live.forget(["udc-juniadaha/gateway"])
    assert 'site="udc-juniadaha"' not in office.text()


def test_forged_answers_are_counted_apart_and_every_reason_is_there_from_the_start(office: Desk) -> None:
    counted = {Rejected.FORGED_SOURCE: 2, Rejected.FORGED_COOKIE: 1, Rejected.LATE: 5}
    office.live.icmp.rejected_by_reason.update(counted)
    text = office.text()
    assert value(text, "upazila_forged_replies_total") == 3
    assert value(text, "upazila_replies_rejected_total", reason="late") == 5


def test_late_rounds_and_a_slow_loop_are_measured(office: Desk) -> None:
    for seconds in (0.0001, 0.02, 3.0, 60.0):
        office.live.round_lateness.observe(seconds)
    text = office.text()
    assert value(text, "upazila_round_lateness_seconds_count") == 4
    assert value(text, "upazila_round_lateness_seconds_bucket", le="0.05") == 2
    assert value(text, "upazila_round_lateness_seconds_sum") == pytest.approx(63.0201)


def test_promtool_has_nothing_to_say(office: Desk) -> None:
    office.round("udc-juniadaha")
    office.goes_down("backbone-north")
    checked = subprocess.run(["promtool", "check", "metrics"], input=office.text(), capture_output=True, text=True)
    assert (checked.returncode, checked.stdout, checked.stderr) == (0, "", "")


def test_openmetrics_is_given_to_who_asks(office: Desk) -> None:
    page = office.exposition.render("application/openmetrics-text; version=1.0.0")
    assert page.content_type.startswith("application/openmetrics-text")
    assert page.body.endswith(b"# EOF\n")


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(name=st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\r"), min_size=1, max_size=40))
def test_any_name_comes_back_from_a_label_as_it_was(office: Desk, name: str) -> None:
    site = replace(office.settings.fleet.sites["udc-juniadaha"], name_en=name)
    office.live.fleet = office.board.fleet = Fleet({"udc-juniadaha": site})
    families = text_string_to_metric_families(office.text())
    info = next(family for family in families if family.name == "upazila_site_info")
    assert [sample.labels["name_en"] for sample in info.samples] == [name]


def test_a_page_younger_than_a_second_is_given_out_again(office: Desk) -> None:
    office.round("udc-juniadaha")
    first = office.exposition.render()
    office.round("udc-juniadaha", Verdict.FAILED)
    office.clock.mono -= 5_000_000_000
    assert office.exposition.render() is first


class Busy(VirtualClock):
    """A clock on which every look costs a millisecond."""

    def mono_ns(self) -> int:
        self.advance(0.001)
        return super().mono_ns()


async def test_while_a_page_is_made_the_loop_turns_on(office: Desk) -> None:
    office.live.fleet = office.board.fleet = many(office, 2_000)
    clock = Busy()
    exposition = Exposition(office.live, office.store, clock)
    turned_ns = [clock.mono]

    async def turn() -> None:
        while True:
            await asyncio.sleep(0)
            turned_ns.append(clock.mono)

    turning = asyncio.create_task(turn())
    page = await exposition.page()
    turning.cancel()

    assert page.body.count(b"upazila_site_info{") == 2_000
    assert turned_ns[-1] - turned_ns[0] > NS_PER_S / 10  # in so many steps, each of a millisecond
    assert max(after - before for before, after in pairwise(turned_ns)) < 10_000_000


async def test_a_configuration_taken_over_while_a_page_is_made_breaks_nothing(office: Desk) -> None:
    large, small = many(office, 500), many(office, 20)
    clock = Busy()
    exposition = Exposition(office.live, office.store, clock)
    whims = Random(5)
    for _ in range(10):
        making = asyncio.create_task(exposition.page())
        while not making.done():
            office.live.fleet = office.board.fleet = whims.choice((large, small))
            await asyncio.sleep(0)
        await making
        clock.advance(2)

    office.live.fleet = office.board.fleet = small
    body = (await exposition.page()).body
    assert body.count(b"upazila_site_info{") == 20
    assert body.count(b"upazila_site_state{") == 120


async def test_many_who_ask_at_once_get_one_page(office: Desk) -> None:
    pages = await asyncio.gather(*(office.exposition.page(compressed=True) for _ in range(20)))

    assert len({id(page) for page in pages}) == 1
    assert gzip.decompress(pages[0].body) == office.exposition.render().body


async def test_a_compressed_page_says_what_the_plain_one_says_while_sites_come_change_and_go(office: Desk) -> None:
    whims = Random(7)
    for count in (900, 1_200, 1_200, 1_200, 40):
        if count != len(office.live.fleet.sites):
            office.live.fleet = office.board.fleet = many(office, count)
        for number in whims.sample(range(count), 20):
            judged(office, f"site-{number}", whims.choice([Verdict.OK, Verdict.FAILED, Verdict.UNKNOWN]))
        for accept in ("", "application/openmetrics-text; version=1.0.0"):
            office.clock.advance(2)
            page = await office.exposition.page(accept, compressed=True)
            assert gzip.decompress(page.body) == office.exposition.render(accept).body


async def test_who_goes_away_while_the_page_is_compressed_leaves_nothing_old_behind(
    office: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    office.live.fleet = office.board.fleet = many(office, 600)
    for site in office.live.fleet.sites:
        judged(office, site, Verdict.OK)
    begun, go_on, ended = Event(), Event(), Event()

    def slowly(text: bytes) -> Packed:
        if text.startswith(b"upazila_probe_success{") and not begun.is_set():
            begun.set()
            assert go_on.wait(60)
        return packed(text)

    def stream(parts: Sequence[Packed]) -> tuple[bytes, ...]:
        if go_on.is_set():
            ended.set()
        return gzip_stream(parts)

    monkeypatch.setattr("monitor.metrics.pieces.packed", slowly)
    monkeypatch.setattr("monitor.metrics.exposition.gzip_stream", stream)
    asking = asyncio.create_task(office.exposition.page(compressed=True))
    assert await asyncio.to_thread(begun.wait, 60)
    asking.cancel()
    await asyncio.gather(asking, return_exceptions=True)
    judged(office, "site-1", Verdict.FAILED)
    for _ in range(2):  # before and after the first one's thread has come to its end
        office.clock.advance(2)
        text = gzip.decompress((await office.exposition.page(compressed=True)).body).decode()
        assert value(text, "upazila_probe_success", site="site-1") == 0
        go_on.set()
        assert await asyncio.to_thread(ended.wait, 60)


def test_what_is_counted_in_the_database_comes_from_one_of_several_daemons(office: Desk) -> None:
    def of_one_of_several(*duties: Duty) -> tuple[RuntimeState, Exposition]:
        live = state_of(office.clock)
        live.office, live.leases = mirrored(live.office), Holding(*duties)
        return live, Exposition(live, office.store, office.clock)

    def pages() -> list[str]:
        office.clock.advance(2)
        return [each.render().body.decode() for _, each in daemons]

    def outages_of(page: str) -> float | None:
        return value(page, "upazila_outages_total", site="backbone-north")

    daemons = [of_one_of_several(Duty.CASES), of_one_of_several(Duty.OUTBOX)]
    (first, _), (second, _) = daemons
    office.live.office = mirrored(office.live.office)
    office.goes_down("backbone-north")
    whole = names(office.text())
    counted = {family.name for family in (INFO, *OF_THE_CHARTER, *sla.FAMILIES, *notices.FAMILIES, *helpdesk.FAMILIES)}
    one, other = pages()
    # Families of the database are on one page, all of them, and what each knows of itself is on both.
    assert names(one) & counted == whole & counted
    assert names(other) & counted == set()
    assert [value(page, "upazila_store_readable") for page in (one, other)] == [1, 1]
    assert [value(page, "upazila_clock_suspect") for page in (one, other)] == [0, 0]
    # Who sends knows which channel is away.
    assert [value(page, AWAY.name, channel="email") for page in (one, other)] == [None, 0]
    assert [outages_of(page) for page in (one, other)] == [1, None]

    first.leases, second.leases = Holding(Duty.OUTBOX), Holding(Duty.CASES)
    one, other = pages()
    assert names(one) & counted == set()
    assert names(other) & counted == whole & counted
    assert value(other, "upazila_tickets_open", stage="1") == 1

    office.round("backbone-north")
    office.round("backbone-north")
    office.goes_down("backbone-north")
    before = outages_of(pages()[1])
    first.leases, second.leases = Holding(Duty.CASES), Holding()
    one, other = pages()
    # The first counts from 0 again: the second has counted that outage.
    assert (before, outages_of(one), outages_of(other)) == (1, 0, None)


async def test_an_answer_from_before_a_duty_was_left_is_shown_no_more(office: Desk) -> None:
    office.live.leases = Holding(Duty.CASES)
    office.goes_down("backbone-north")
    text = (await office.exposition.page()).body.decode()
    assert value(text, "upazila_charter_tickets_open", service="citizen:10") == 1
    for held, shown in ((Holding(), None), (Holding(Duty.CASES), None)):
        office.live.leases = held
        office.clock.advance(2)
        if held.held(Duty.CASES):
            office.store.close()
            (office.store.state / DATABASE).unlink()
        text = (await office.exposition.page()).body.decode()
        assert value(text, "upazila_charter_tickets_open", service="citizen:10") == shown
        assert value(text, "upazila_tickets_open", stage="1") == shown


def names(page: str) -> set[str]:
    """The families with series on a page."""
    return {line.partition("{")[0] for line in page.splitlines() if not line.startswith("#")}


class Holding(SoleHolder):
    """The leases of a daemon among several that holds these duties and no others."""

    is_sole = False

    def __init__(self, *duties: Duty) -> None:
        self._duties = duties

    def held(self, name: str) -> Lease | None:
        return Lease(name, "a/1", 1) if name in self._duties else None


def test_without_its_database_it_still_says_what_is_on_the_network(office: Desk) -> None:
    office.round("udc-juniadaha")
    with office.store.write() as session:
        session.execute(sql("DROP TABLE outages"))
    page = office.text()

    assert value(page, "upazila_store_readable") == 0
    assert value(page, "upazila_probe_success", site="udc-juniadaha") == 1
    assert "upazila_outage" not in page


def test_outages_are_counted_only_when_there_is_another(office: Desk) -> None:
    counted: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        counted.extend([statement] * ("GROUP BY outages.site" in statement))

    event.listen(office.store.glances, "before_cursor_execute", note)
    office.text()
    assert len(counted) == 0
    office.goes_down("backbone-north")
    assert value(office.text(), "upazila_outages_total", site="backbone-north") == 1
    assert len(counted) == 1


def test_the_count_of_outages_does_not_fall_when_old_ones_are_forgotten(office: Desk) -> None:
    for count in (1, 2):
        office.goes_down("udc-juniadaha")
        for _ in range(2):
            office.round("udc-juniadaha")
        assert value(office.text(), "upazila_outages_total", site="udc-juniadaha") == count

    with office.store.write() as session:
        assert forget_old(session, office.clock.utc() + timedelta(days=400), timedelta(days=365)) == 2
    assert value(office.text(), "upazila_outages_total", site="udc-juniadaha") == 2
    office.goes_down("udc-juniadaha")
    assert value(office.text(), "upazila_outages_total", site="udc-juniadaha") == 3
