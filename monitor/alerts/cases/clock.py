"""Update cases when the wall clock becomes suspect, or another time becomes trusted."""

from datetime import timedelta

from monitor.alerts.cases import events, outages, redate
from monitor.charter.offices import ALONE
from monitor.domain.event_kinds import EventKind
from monitor.domain.reasons import ReasonCode, reason
from monitor.judging.clock_trust import ClockTrust, Move
from monitor.store import board_state
from monitor.store.offices import office_of
from monitor.store.work import Work


def settle(work: Work, move: Move) -> None:
    """Redate what was dated provisionally, and do what had to wait for that."""
    redate.redate(work, move)
    if office_of(work.session) == ALONE:  # unmonitored times are the installation's
        board_state.note_gap_before(work.session, move)
    outages.catch_up(work, move.since_utc + min(move.by, timedelta(0)))


def note_trust(work: Work, trust: ClockTrust) -> None:
    """Add to the timeline that the clock is suspect, or trusted again."""
    if trust.suspect:
        kind, why = EventKind.CLOCK_SUSPECT, reason(ReasonCode.CLOCK_SAYS, clock=trust.last.utc)
    else:
        kind, why = EventKind.CLOCK_OK_AGAIN, reason(ReasonCode.CLOCK_OK_AGAIN)
    events.note(work, "", "", kind, why, work.now_utc)
