"""Verify the hash chain for whoever asks: in a thread of its own, one walk at a time, as a long history takes long."""

import asyncio
from concurrent.futures import Future

from monitor.net.pool import Pool, PoolFull
from monitor.store import audit_chain
from monitor.store.audit_chain import Audit
from monitor.store.database import Store
from monitor.store.errors import SQLAlchemyError
from monitor.web.api.problems import late

WAIT_S = 4.0  # so long an answer waits for the walk; who comes back later finds its result
ASK_AGAIN_S = 5


class Verification:
    """The walk that is under way, or ended and was told to nobody yet. On the event loop."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._threads = Pool("api audit", threads=1)
        self._walk: Future[Audit] | None = None

    async def result(self) -> Audit:
        """Return what a walk found that began at this request, or before it and had not been told yet.

        Raises Problem while it lasts, and while the database does not answer.
        """
        try:
            walk = self._walk = self._walk or self._threads.submit(self._verify)
            async with asyncio.timeout(WAIT_S):
                found = await asyncio.shield(asyncio.wrap_future(walk))
        except (TimeoutError, PoolFull):
            raise late("busy", ASK_AGAIN_S) from None
        except SQLAlchemyError:
            self._walk = None
            raise late("database-away") from None
        self._walk = None
        return found

    def _verify(self) -> Audit:
        with self._store.read() as session:
            return audit_chain.verify(session)
