"""Set aside decisions that cannot be stored because of their contents, so that they stop no others."""

import logging
from collections import deque
from collections.abc import Callable, Sequence
from datetime import datetime
from functools import partial

from monitor.alerts.cases import outages
from monitor.domain.event_kinds import EventKind
from monitor.domain.log_events import LogEvent
from monitor.domain.reasons import ReasonCode, reason
from monitor.domain.text import clean
from monitor.judging.decisions import Decision
from monitor.logs.emit import emit
from monitor.store.errors import DBAPIError, StaleDataError, may_pass
from monitor.store.models import Event, SetAside
from monitor.store.work import Work

log = logging.getLogger(__name__)


def apply_all(work: Work, batch: Sequence[tuple[Decision, datetime]], *, certain: bool = True) -> None:
    """Store decisions as `outages.apply_all` does; each alone where that fails, and set aside those that fail alone.

    Raises DBAPIError when the database refuses for another reason, StaleDataError when another has changed a row
    meanwhile: then all of them wait.
    """
    if _is_done(work, partial(outages.apply_all, work, batch, certain=certain)) is None:
        return
    for decision, decided_utc in batch:
        one = [(decision, decided_utc)]
        why = _is_done(work, partial(outages.apply_all, work, one, certain=certain))
        if why is not None:
            what = clean(repr(decision))
            site = clean(str(getattr(decision, "site", "")), 64)
            text = "a decision cannot be stored and is set aside: %s: %s"
            emit(log, LogEvent.DECISION_SET_ASIDE, text, what[:500], why, site=site)
            work.session.add(SetAside(at_utc=decided_utc, what=what, why=why))
            entry = reason(ReasonCode.SET_ASIDE, decision=what[:150], fault=why[:140])
            work.session.add(Event(at_utc=decided_utc, site=site, kind=EventKind.SET_ASIDE, reason=entry))


def run_each_alone(work: Work, steps: Sequence[Callable[[], Sequence[object]]]) -> bool:
    """Run steps, each in a savepoint; one that fails by its data is logged once, and stops no other.

    Return whether any of them did anything. Raises DBAPIError as `apply_all` does.
    """
    changed: list[object] = []

    def take(step: Callable[[], Sequence[object]]) -> None:
        changed.extend(step())

    for step in steps:
        why = _is_done(work, partial(take, step))
        if why is not None and why not in _recent_faults:
            _recent_faults.append(why)
            emit(log, LogEvent.DUE_STEP_FAILED, "something that is due cannot be done: %s", why)
    return bool(changed)


_recent_faults: deque[str] = deque(maxlen=20)  # a step that fails fails every second


def _is_done(work: Work, act: Callable[[], object]) -> str | None:
    """Do the step whole or not at all; return None, or why it cannot be done.

    Raises DBAPIError when what was to be stored before it is refused: then the whole transaction is over.
    """
    lines = len(work.history)
    work.session.flush()  # outside the savepoint, whose beginning would do it: it is not this step's
    try:
        with work.session.begin_nested():
            act()
    except StaleDataError:
        raise  # another transaction was faster: no fault of the step's
    except Exception as error:
        if isinstance(error, DBAPIError) and may_pass(error.orig):
            raise
        del work.history[lines:]
        work.known.forget()  # what was known of this transaction may be of what was taken back
        return clean(f"{type(error).__name__}: {error.orig if isinstance(error, DBAPIError) else error}", 300)
    return None
