"""Recorded samples through the very judging, charter clock and escalation of the daemon, on a virtual clock.

Nobody is told anything: what is remembered lies in a throw-away database, and notices are only listed.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from sqlalchemy import select

from monitor.alerts import outages
from monitor.alerts.moments import next_moment
from monitor.alerts.notices.stored import unpack_matter
from monitor.alerts.office import Office
from monitor.alerts.pauses import pause_of
from monitor.charter.text import DHAKA
from monitor.daemon.judged import limits_of, rules_of, thresholds_of
from monitor.daemon.recorder import what_is_due
from monitor.judging.baseline import Baselines
from monitor.judging.board import Board
from monitor.judging.decisions import (
    Affected,
    Decision,
    Excused,
    FlappingChanged,
    Noticed,
    OutageClosed,
    OutageExplained,
    OutageOpened,
    SiteChanged,
    VantageBack,
    VantageLost,
)
from monitor.judging.flapping import Flaps
from monitor.judging.states import State
from monitor.sample import Sample
from monitor.settings.load import Settings
from monitor.store.models import Notice, Ticket, TicketEvent
from monitor.store.session import Store, open_store

Transition = dict[str, Any]
URGENT = (OutageOpened, OutageClosed, FlappingChanged)
TICKETS = {"opened": "ticket_opened", "resolved": "ticket_resolved", "reopened": "ticket_reopened"}


def replay(settings: Settings, samples: Iterable[Sample], until_utc: datetime | None = None) -> Iterator[Transition]:
    """Every transition, in order of time; ``until_utc`` carries time past the last sample."""
    with _scratch() as store:
        player = _Player(store, Office.of(settings), _board(settings))
        for sample in samples:
            if player.due_utc is not None and player.due_utc <= sample.started_utc:
                yield from player.advance(sample.started_utc)
            if decisions := player.board.observe(sample):
                yield from player.take(decisions, sample.started_utc)
        if until_utc is not None:
            yield from player.advance(until_utc)


@contextmanager
def _scratch() -> Iterator[Store]:
    with TemporaryDirectory() as folder:
        store = open_store(Path(folder), lasting=False)
        try:
            yield store
        finally:
            store.close()


def _board(settings: Settings) -> Board:
    office, judging = Office.of(settings), settings.monitor.judging
    return Board(
        settings.fleet,
        rules_of(judging),
        pauses=partial(pause_of, office),
        flaps=Flaps(thresholds_of(judging)),
        baselines=Baselines(limits_of(judging)),
    )


@dataclass
class _Player:
    """``due_utc``: when something falls due next."""

    store: Store
    office: Office
    board: Board
    due_utc: datetime | None = None
    _waiting: list[tuple[Decision, datetime]] = field(default_factory=list)
    _events: int = 0
    _listed: int = 0
    _open: dict[str, datetime] = field(default_factory=dict)
    _affected: dict[str, dict[str, None]] = field(default_factory=dict)
    _causes: dict[str, str] = field(default_factory=dict)
    _states: dict[str, State] = field(default_factory=dict)

    def advance(self, until_utc: datetime) -> Iterator[Transition]:
        """Goes from moment to moment at which something falls due, up to ``until_utc``."""
        while self.due_utc is not None and self.due_utc <= until_utc:
            now_utc = self.due_utc
            yield from self.take(self.board.tick(now_utc), now_utc)
            yield from self._look(now_utc)

    def take(self, decisions: list[Decision], now_utc: datetime) -> Iterator[Transition]:
        """Says what was decided, and does what follows from it; what nothing follows from waits to be stored."""
        for decision in decisions:
            yield from self._told(decision, now_utc)
            if isinstance(decision, FlappingChanged):  # of all states only these matter to what follows
                state = self._states.get(decision.site, State.UNKNOWN)
                self._waiting.append((SiteChanged(decision.site, state, now_utc), now_utc))
            if not isinstance(decision, SiteChanged):
                self._waiting.append((decision, now_utc))
        if any(isinstance(decision, URGENT) for decision in decisions):
            yield from self._look(now_utc)
        elif (tick_utc := self.board.next_tick(now_utc)) is not None:
            self.due_utc = tick_utc if self.due_utc is None else min(self.due_utc, tick_utc)

    def _look(self, now_utc: datetime) -> Iterator[Transition]:
        """Stores what waits, does what is due, and says what that came to."""
        with self.store.write() as session:
            outages.apply_all(session, self.office, self._waiting)
            self._waiting.clear()
            what_is_due(session, self.office, now_utc)
            session.flush()
            for event in session.scalars(select(TicketEvent).where(TicketEvent.id > self._events)):
                self._events = event.id
                yield from _ticket(event, self.office)
            for notice in session.scalars(select(Notice).where(Notice.sent_utc.is_(None), Notice.due_utc <= now_utc)):
                notice.sent_utc = now_utc
                yield _notice(notice, now_utc)
            session.flush()
            moments = (next_moment(session, self.office, now_utc), self.board.next_tick(now_utc))
        ahead = [moment for moment in moments if moment is not None and moment > now_utc]
        self.due_utc = min(ahead, default=None)

    def _told(self, decision: Decision, now_utc: datetime) -> Iterator[Transition]:
        match decision:
            case OutageOpened(site, started, _, _, reason, cause, why, _):
                self._open[site], self._affected[site], self._causes[site] = started, {}, cause
                yield _line(now_utc, "outage_opened", site=site, started=started, reason=reason, cause=cause, why=why)
            case OutageClosed(site, ended, reason):
                started, affected = self._open.pop(site), list(self._affected.pop(site, ()))
                cause = self._causes.pop(site, "")
                facts = {"started": started, "ended": ended, "reason": reason, "cause": cause, "affected": affected}
                yield _line(now_utc, "outage_closed", site=site, **facts)
            case OutageExplained(site, reason, cause, why, _):
                self._causes[site] = cause or self._causes.get(site, "")
                yield _line(now_utc, "outage_explained", site=site, reason=reason, cause=cause, why=why)
            case Affected(site, root, since):
                self._affected.setdefault(root, {})[site] = None
                yield _line(now_utc, "site_unreachable", site=site, started=since, root=root)
            case SiteChanged(site, state, since):
                before, self._states[site] = self._states.get(site), state
                if state is State.DEGRADED:
                    yield _line(now_utc, "site_degraded", site=site, started=since)
                elif before is State.DEGRADED and state is State.UP:
                    yield _line(now_utc, "site_restored", site=site, ended=since)
            case VantageLost(group, since):
                yield _line(now_utc, "vantage_lost", group=group, started=since)
            case VantageBack(group, since, until):
                yield _line(now_utc, "vantage_back", group=group, started=since, ended=until)
            case FlappingChanged(site, flapping, share, _):
                yield _line(now_utc, "flapping" if flapping else "settled", site=site, share=round(share, 3))
            case Excused(site, since, _, why):
                yield _line(now_utc, "paused", site=site, started=since, reason=why)
            case Noticed(site, device, kind, text, _):
                yield _line(now_utc, kind, site=site, device=device, reason=text)


def _line(at_utc: datetime, kind: str, **facts: object) -> Transition:
    """An object of the output: what does not apply is left out, times are the office's."""
    found: Transition = {"t": _iso(at_utc), "kind": kind}
    for name, value in facts.items():
        if isinstance(value, datetime):
            found[name] = _iso(value)
        elif value is not None and value not in ("", []):
            found[name] = value
    return found


def _iso(at_utc: datetime) -> str:
    return at_utc.astimezone(DHAKA).isoformat()


def _ticket(event: TicketEvent, office: Office) -> Iterator[Transition]:
    ticket: Ticket = event.ticket
    facts: dict[str, object] = {"site": ticket.site, "ticket": ticket.number}
    outage = ticket.outages[-1] if ticket.outages else None
    if outage is not None:
        facts |= {"cause": outage.cause, "affected": list(dict.fromkeys(row.site for row in outage.affected))}
    if event.kind in TICKETS:
        over = event.kind == "resolved"
        dates = {"ended": outage and outage.ended_utc} if over else {"deadline": ticket.deadline_utc}
        yield _line(event.at_utc, TICKETS[event.kind], started=ticket.event_utc, **dates, **facts, reason=event.text)
    elif event.kind == "stage":
        holder = office.charter.stages[ticket.stage - 1].holder
        yield _line(event.at_utc, "stage_raised", **facts, stage=ticket.stage, recipient=holder)


def _notice(notice: Notice, at_utc: datetime) -> Transition:
    ticket = notice.ticket
    facts = unpack_matter(notice.kind, notice.facts)
    return _line(
        at_utc,
        "notice",
        site=facts.site.id if facts.site else None,
        ticket=ticket.number if ticket else None,
        notice=notice.kind,
        recipient=notice.recipient,
        stage=facts.level or None,
    )
