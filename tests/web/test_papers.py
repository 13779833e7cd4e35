"""Letters and sheets are set as PDF in a process of their own, each once, and only so many wait."""

import asyncio
import threading
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from monitor.alerts.cases.edition_jobs import MadeFile, NotMade
from monitor.domain.message import message
from monitor.i18n.reasons import reason_text
from monitor.net.pool import PoolFull
from monitor.reports.export.faults import CannotRender
from monitor.reports.export.typesetting import Document
from monitor.web.papers import MOST_WAITING, Papers, as_of

AT = datetime(2026, 11, 24, 4, 30, 17, 5, UTC)
LETTER = Document("letter.typ", "A letter", "bn", as_of(AT), {"number": "BHR-2026-000001"})


async def test_a_document_is_set_once_within_its_minute_and_again_when_it_says_something_else() -> None:
    sets = list[Document]()

    def typeset(document: Document) -> bytes:
        sets.append(document)
        return b"%PDF"

    papers = Papers(typeset)
    again = replace(LETTER, as_of_utc=as_of(AT.replace(second=59)))
    one, other = await papers.printed(LETTER, "a.pdf"), await papers.printed(again, "a.pdf")
    assert isinstance(one, MadeFile)
    assert (one, one.media, len(sets)) == (other, "application/pdf", 1)
    await papers.printed(replace(LETTER, values={"number": "BHR-2026-000002"}), "b.pdf")
    await papers.printed(replace(LETTER, lang="en"), "a.pdf")
    assert len(sets) == 3


async def test_why_a_document_cannot_be_set_is_said() -> None:
    def fails(document: Document) -> bytes:
        raise CannotRender(message("PDF needs the package typst"))

    found = await Papers(fails).printed(LETTER, "a.pdf")
    assert isinstance(found, NotMade)
    assert "PDF needs the package typst" in reason_text(found.why, "en")


async def test_no_more_than_so_many_wait() -> None:
    let = threading.Event()

    def waits(document: Document) -> bytes:
        let.wait(60)
        return b"%PDF"

    papers = Papers(waits)
    many = [replace(LETTER, values={"number": str(each)}) for each in range(MOST_WAITING)]
    wanted = [asyncio.create_task(papers.printed(each, "a.pdf")) for each in many]
    await asyncio.sleep(0)
    with pytest.raises(PoolFull):
        await papers.printed(LETTER, "a.pdf")
    let.set()
    await asyncio.gather(*wanted)
    assert isinstance(await papers.printed(LETTER, "a.pdf"), MadeFile)
