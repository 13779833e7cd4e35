"""Run the outbox worker: lease notices in one place, deliver them in a thread per channel.

A slow server delays neither probing, nor other channels, nor the leasing, which only uses the database and which the
watchdog observes.
"""

import asyncio
import logging
import random
import time
from collections.abc import Callable, Collection, Iterable, Mapping
from contextlib import suppress
from datetime import timedelta

from monitor.alerts.channels.base import Channel, Letter
from monitor.alerts.channels.registry import CHANNELS
from monitor.alerts.notices.deliver import Attempt, Outcome, hand_over, log_notice, look, note
from monitor.alerts.notices.outbox import backoff_after
from monitor.charter.office import Office
from monitor.charter.offices import Offices
from monitor.domain.clock import NS_PER_S, Clock
from monitor.domain.leases import Duty, Lease
from monitor.domain.log_events import LogEvent
from monitor.logs.emit import emit
from monitor.net.pool import Pool
from monitor.runtime.leases import Leases
from monitor.runtime.live import RuntimeState
from monitor.runtime.part import Part
from monitor.settings.load import Settings
from monitor.settings.notices_section import ChannelName
from monitor.store import notice_rows
from monitor.store.database import Store
from monitor.store.errors import DatabaseError, OperationalError
from monitor.store.leases import LeaseLost

log = logging.getLogger(__name__)

LOOK_S = 5.0
NOTE_TRIES, NOTE_AGAIN_S = 12, 1.0  # for what became of a letter; each try waits for a lock as any writer does
LONGEST_AWAY = timedelta(minutes=5)  # then a channel that was away is tried again


class Notifier(Part):
    """The part that delivers until cancelled; `wake` makes it look at once. ``channels_of``: the channels of an office.

    Puts the error of each channel that cannot be reached into ``live``, from the first try on. While the clock is
    suspect, nothing is delivered; nor while sending is another daemon's duty.
    """

    name = "outbox"

    def __init__(
        self,
        store: Store,
        live: RuntimeState,
        channels_of: Callable[[Office], Mapping[ChannelName, Channel]],
        clock: Clock,
        own: Leases,
        look_s: float = LOOK_S,
    ) -> None:
        self._live, self._leases = live, own
        self._duty: Lease | None = None  # under which it sends
        self._channels_of = channels_of
        self._channels = self._opened()
        self._served: dict[ChannelName, str] = {}
        self._looked_mono_ns = dict.fromkeys(CHANNELS, clock.mono_ns())
        self._outside: set[ChannelName] = set()
        self._store = store
        self._clock = clock
        self._look_s = look_s
        self._looking = Pool("outbox", threads=len(CHANNELS))
        self._handing_over = {name: Pool(f"delivery by {name}", threads=1) for name in CHANNELS}
        self._woken = {name: asyncio.Event() for name in CHANNELS}

    @property
    def last_turn_mono_ns(self) -> int:
        """Return the last look of the channel that looked least recently; one that is delivering counts as looking."""
        now_ns = self._clock.mono_ns()
        return min(now_ns if name in self._outside else at_ns for name, at_ns in self._looked_mono_ns.items())

    def reconfigure(self, settings: Settings) -> None:
        """Deliver by the office's present channels; their secrets are read again."""
        self._channels = self._opened()

    def _opened(self) -> dict[str, Mapping[ChannelName, Channel]]:
        """Return the channels of each office by its id: the mails of each go out under its own sender."""
        return {id_: self._channels_of(office) for id_, office in self._live.offices.by_id.items()}

    def wake(self) -> None:
        """Look at once."""
        for event in self._woken.values():
            event.set()

    async def run(self) -> None:
        """Serve all channels, until cancelled."""
        await asyncio.gather(*(self._serve(name) for name in CHANNELS))

    async def _serve(self, name: ChannelName) -> None:
        tries = 0
        while True:
            self._woken[name].clear()
            outcome = await self._deliver(name)
            self._looked_mono_ns[name] = self._clock.mono_ns()
            tries = tries + 1 if outcome == "away" else 0
            if outcome == "away":
                length = backoff_after(tries, self._live.office.mail.retry_s, random.random(), LONGEST_AWAY)
                await self._rest(name, length.total_seconds())
            elif outcome == "idle":
                with suppress(TimeoutError):
                    await asyncio.wait_for(self._woken[name].wait(), self._look_s)

    async def _rest(self, name: ChannelName, seconds: float) -> None:
        """Sleep until woken; not counted by the watchdog."""
        ends_ns = self._clock.mono_ns() + round(seconds * NS_PER_S)
        while (left_s := (ends_ns - self._clock.mono_ns()) / NS_PER_S) > 0:
            await asyncio.sleep(min(left_s, LOOK_S))
            self._looked_mono_ns[name] = self._clock.mono_ns()

    async def _deliver(self, name: ChannelName) -> Outcome:
        channels = {id_: found[name] for id_, found in self._channels.items() if name in found}
        if not channels:
            self._live.mail_trouble.pop(name, None)
            return "idle"
        lease = self._leases.held(Duty.OUTBOX)
        if self._live.clock_suspect or lease is None:
            return "idle"
        offices = self._live.offices
        try:
            looking = self._looking.submit(self._look, offices, name, channels.keys(), lease)
            found = await asyncio.wrap_future(looking)
        except DatabaseError as error:
            emit(log, LogEvent.OUTBOX_UNREADABLE, "the outbox cannot be read now: %s", error.orig)
            return "idle"
        except LeaseLost as error:
            self._leases.lost(error.leases)
            return "idle"
        if found is None:
            return "idle"
        id_, letter = found
        self._outside.add(name)
        try:
            handing_over = self._handing_over[name].submit(self._hand_over, offices, id_, letter, channels[id_])
            attempt, outcome = await asyncio.wrap_future(handing_over)
        finally:
            self._outside.discard(name)
        if attempt.outcome == "away":
            self._live.mail_trouble[name] = attempt.said
        elif attempt.outcome == "sent":
            self._live.mail_trouble.pop(name, None)
        return outcome

    def _look(
        self, offices: Offices, name: ChannelName, served: Collection[str], lease: Lease
    ) -> tuple[str, Letter] | None:
        """Lease the next notice of one of the offices that have the channel, each in its turn; return whose it is.

        When the duty comes to this daemon, first what daemons that are gone had leased is free again.
        """
        store = self._store.behind(lease)
        if lease != self._duty and not self._leases.is_sole:  # the lock of a state folder says so at the start
            with store.write() as session:
                notice_rows.release_leases(session, self._leases.living(session))
        self._duty = lease
        waiting: Iterable[str] = served
        if offices.several:
            with store.read() as session:
                waiting = notice_rows.offices_waiting(session, name, self._clock.utc())
        last = self._served.get(name, "")
        for id_ in sorted(set(waiting) & set(served), key=lambda each: (each <= last, each)):
            letter = look(store.of(id_), offices.office(id_), name, self._clock, self._leases.holder)
            if letter is not None:
                self._served[name] = id_
                return id_, letter
        return None

    def _hand_over(self, offices: Offices, id_: str, letter: Letter, channel: Channel) -> tuple[Attempt, Outcome]:
        """Deliver in the channel's thread, to the end even when the daemon stops meanwhile.

        What was sent is recorded.
        """
        store, office = self._store.of(id_), offices.office(id_)
        attempt = hand_over(office, letter, channel, self._clock.utc())
        for _ in range(NOTE_TRIES):
            try:
                return attempt, note(store, office, attempt, self._clock)
            except OperationalError as error:
                log_notice(LogEvent.NOTICE_UNMARKED, letter, f"whether it was sent cannot be stored now: {error.orig}")
                time.sleep(NOTE_AGAIN_S)
            except DatabaseError as error:
                log_notice(LogEvent.NOTICE_MARK_LOST, letter, "whether it was sent cannot be stored", error)
                break
        return attempt, "idle"  # its lease lapses, and it goes out again under its old Message-ID

    async def close(self) -> None:
        """Release the threads; a notice under way is sent again under its old Message-ID, or not at all."""
        for pool in (self._looking, *self._handing_over.values()):
            pool.close()
        for channels in self._channels.values():
            for channel in channels.values():
                channel.abort()
