"""What is written of a page before anybody asks for one."""

import asyncio
import gzip
from collections import Counter
from collections.abc import Iterator
from unittest.mock import patch

import pytest

from monitor.domain.sample import Verdict
from monitor.metrics import exposition as module
from monitor.metrics import pieces
from monitor.metrics.exposition import Exposition
from monitor.metrics.network import DEVICE, FAMILIES
from monitor.metrics.pieces import Packed, packed
from monitor.runtime.live import RuntimeState
from monitor.settings.fleet import Fleet
from tests.metrics.fleets import judged, many
from tests.web.desk import Desk

SITES = 1_200  # several pieces of each family
ABOUT_SITES = {family.name for family in FAMILIES}
LARGE = ("upazila_probe_success", "upazila_icmp_rtt_seconds", "upazila_icmp_packet_loss_ratio", "upazila_site_state")


@pytest.fixture
def busy(office: Desk) -> Desk:
    """Many sites, all of them judged."""
    office.live.fleet = office.board.fleet = many(office, SITES)
    for site in office.live.fleet.sites:
        judged(office, site, Verdict.OK)
    return office


@pytest.fixture
def written() -> Iterator[Counter[str]]:
    """How many large pieces of each family were compressed, and how many devices' labels were written."""
    counted: Counter[str] = Counter()

    def noted(text: bytes) -> Packed:
        if len(text) >= pieces.KEPT_FROM_BYTES:
            counted[text.partition(b"{")[0].decode()] += 1
        return packed(text)

    def labels(live: RuntimeState, id_: str) -> str:
        counted["labels"] += 1
        site = live.fleet.sites.get(id_.partition("/")[0])
        return DEVICE("here", site.id, "gateway", site.kind, "icmp") if site else ""

    with patch.object(pieces, "packed", noted), patch("monitor.metrics.network._device", labels):
        yield counted


async def said_by(exposition: Exposition) -> list[bytes]:
    """The lines of a page that are about sites and their devices, in their order."""
    body = gzip.decompress((await exposition.page(compressed=True)).body)
    return [line for line in body.splitlines() if line.partition(b"{")[0].decode() in ABOUT_SITES]


async def said_anew(office: Desk) -> list[bytes]:
    return await said_by(Exposition(office.live, office.store, office.clock))


async def test_the_first_page_writes_and_compresses_only_what_has_changed_since_it_was_prepared(
    busy: Desk, written: Counter[str]
) -> None:
    await busy.exposition.prepare()
    assert written["labels"] == SITES
    assert all(written[name] > 1 for name in LARGE)
    written.clear()
    judged(busy, "site-700", Verdict.FAILED)

    said = await said_by(busy.exposition)

    assert written["labels"] == 0
    assert {name: written[name] for name in LARGE} == dict.fromkeys(LARGE, 0) | {LARGE[0]: 1}
    assert said == await said_anew(busy)


@pytest.mark.parametrize("turns", [0, 1, 3, 10, 30])
async def test_a_page_that_is_asked_for_while_it_is_prepared_says_how_things_are_now(
    busy: Desk, monkeypatch: pytest.MonkeyPatch, turns: int
) -> None:
    monkeypatch.setattr(module, "SLICE_NS", 0)
    monkeypatch.setattr(module, "REST_S", 0)
    preparing = asyncio.create_task(busy.exposition.prepare())
    for _ in range(turns):
        await asyncio.sleep(0)
    for number in range(0, SITES, 100):
        judged(busy, f"site-{number}", Verdict.FAILED)
    said = await said_by(busy.exposition)
    await preparing
    expected = await said_anew(busy)
    busy.clock.advance(2)

    assert sum(line.startswith(b"upazila_probe_success{") for line in said) == SITES
    assert said == expected
    assert await said_by(busy.exposition) == expected


async def test_what_was_compressed_before_a_page_was_asked_for_is_not_taken_for_it(
    busy: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A piece that is under way in the thread, while a page finds that a device is silent now."""
    begun, go_on = asyncio.Event(), asyncio.Event()
    loop = asyncio.get_running_loop()

    def slowly(text: bytes) -> Packed:
        made = packed(text)
        if text.startswith(b"upazila_probe_success{") and not begun.is_set():
            loop.call_soon_threadsafe(begun.set)
            asyncio.run_coroutine_threadsafe(go_on.wait(), loop).result(60)
        return made

    monkeypatch.setattr(pieces, "packed", slowly)
    preparing = asyncio.create_task(busy.exposition.prepare())
    await begun.wait()
    judged(busy, "site-1", Verdict.FAILED)
    await said_by(busy.exposition)
    go_on.set()
    await preparing
    busy.clock.advance(2)

    assert await said_by(busy.exposition) == await said_anew(busy)


async def test_each_fleet_is_prepared_once_its_first_round_is_judged(
    busy: Desk, written: Counter[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "REST_S", 0)
    monkeypatch.setattr(module, "AFTER_S", 0)
    prepared = asyncio.Event()
    prepare = busy.exposition.prepare

    async def noted() -> None:
        await prepare()
        prepared.set()

    monkeypatch.setattr(busy.exposition, "prepare", noted)
    running = asyncio.create_task(busy.exposition.run())
    busy.live.judged.clear()
    await asyncio.sleep(0.05)
    assert written["labels"] == 0
    busy.live.judged.set()
    await asyncio.wait_for(prepared.wait(), 60)
    assert written["labels"] == SITES

    prepared.clear()
    busy.live.fleet = busy.board.fleet = Fleet(dict(busy.live.fleet.sites))
    busy.exposition.reconfigure(busy.settings)
    await asyncio.wait_for(prepared.wait(), 60)
    assert written["labels"] == 2 * SITES
    running.cancel()
