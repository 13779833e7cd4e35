"""A file that takes seconds is made once, one at a time, and finished for whoever asks again."""

import asyncio

import pytest

from monitor.alerts.cases.edition_jobs import MadeFile, NotMade
from monitor.domain.reasons import ReasonCode, reason
from monitor.web.made_files import MadeFiles


class Maker:
    """Makes files when it is let, and counts how many are under way at a time."""

    def __init__(self) -> None:
        self.let, self.has_begun = asyncio.Event(), asyncio.Event()
        self.begun = self.at_once = self.most_at_once = 0

    async def __call__(self) -> MadeFile | NotMade:
        self.begun += 1
        self.has_begun.set()
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        await self.let.wait()
        await asyncio.sleep(0)  # others have their turn
        self.at_once -= 1
        return MadeFile("a.pdf", "application/pdf", b"12345")


async def test_two_who_want_the_same_file_get_one_that_is_made_once() -> None:
    files, maker = MadeFiles[str](), Maker()
    both = asyncio.gather(files.made("a", maker), files.made("a", maker))
    await asyncio.sleep(0)
    maker.let.set()
    one, other = await both
    assert one is other
    assert await files.made("a", maker) is one
    assert maker.begun == 1


async def test_different_files_are_made_one_after_the_other() -> None:
    files, maker = MadeFiles[str](), Maker()
    maker.let.set()
    await asyncio.gather(*(files.made(name, maker) for name in "abcd"))
    assert (maker.begun, maker.most_at_once) == (4, 1)


async def test_a_file_whose_reader_has_gone_is_finished_for_the_next() -> None:
    files, maker = MadeFiles[str](), Maker()
    reader = asyncio.create_task(files.made("a", maker))
    await maker.has_begun.wait()
    reader.cancel()
    with pytest.raises(asyncio.CancelledError):
        await reader
    maker.let.set()
    assert isinstance(await files.made("a", maker), MadeFile)
    assert maker.begun == 1


async def test_no_more_is_kept_than_fits_and_what_failed_is_tried_again() -> None:
    files, maker = MadeFiles[str](most_bytes=8), Maker()
    maker.let.set()
    for name in "aba":
        await files.made(name, maker)
    assert maker.begun == 3, "two files of five octets do not fit into eight"

    failures = 0

    async def fails() -> MadeFile | NotMade:
        nonlocal failures
        failures += 1
        return NotMade(reason(ReasonCode.PROGRAM_FAULT, fault="no typst"))

    assert isinstance(await files.made("c", fails), NotMade)
    assert isinstance(await files.made("c", fails), NotMade)
    assert failures == 2
