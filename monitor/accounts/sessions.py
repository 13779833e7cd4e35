"""Keep the sessions of the console: a cookie's 32 random bytes, of which only the SHA-256 is stored.

A session ends 12 hours after the log-in, or 60 minutes after the last request; a viewer's, which changes nothing, ends
after 7 days. It ends at once when its user's role, scope or password changes, and when the user is disabled. One that
ended is deleted.
"""

import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta

from monitor.accounts.codes import hash_of
from monitor.alerts.cases.refusals import NotAllowed
from monitor.domain.message import message
from monitor.domain.roles import Role
from monitor.store import acts, turns, user_rows
from monitor.store.models import User, UserSession
from monitor.store.session import Session
from monitor.store.turns import ACCOUNTS
from monitor.store.work import Work

TOKEN_BYTES = 32
LONGEST, IDLE, VIEWERS_LONGEST = timedelta(hours=12), timedelta(minutes=60), timedelta(days=7)
SEEN_EVERY = timedelta(seconds=60)  # so coarsely it is noted when a session was last seen
VISIT_ENDS = timedelta(minutes=30)  # without any request
PROVED_FOR = timedelta(minutes=10)
CLOCK_MAY_STEP = timedelta(minutes=5)  # one that began later than this from now began under another clock


def ends_utc(role: str, began_utc: datetime, seen_utc: datetime) -> datetime:
    """Return when a session ends if it is not seen again; pure."""
    if role == Role.VIEWER:
        return began_utc + VIEWERS_LONGEST
    return min(began_utc + LONGEST, seen_utc + IDLE)


def is_over(role: str, began_utc: datetime, seen_utc: datetime, now_utc: datetime) -> bool:
    """Return whether a session is over; so is one from a time that a corrected clock has put into the future. Pure."""
    return now_utc >= ends_utc(role, began_utc, seen_utc) or began_utc > now_utc + CLOCK_MAY_STEP


def begin(work: Work, user: User, address: str, agent: str, lang: str = "") -> str:
    """Begin a session of a user whose log-in was right; return the cookie's value."""
    token = secrets.token_urlsafe(TOKEN_BYTES)
    row = UserSession(
        token_hash=hash_of(token),
        user_id=user.id,
        csrf=secrets.token_urlsafe(TOKEN_BYTES),
        created_utc=work.now_utc,
        seen_utc=work.now_utc,
        proved_utc=work.now_utc,
        address=address,
        agent=agent,
        lang=lang or user.lang,
    )
    work.session.add(row)
    _note_visit(work.session, user, work.now_utc)
    acts.record(work, "session.begin", user.name, {}, {"address": address})
    return token


def find(session: Session, token: str, now_utc: datetime) -> UserSession | None:
    """Return the session of a cookie, with its user; None for none, for one that is over, and for a disabled user."""
    row = user_rows.session_of(session, hash_of(token)) if token else None
    if row is None or not row.user.enabled or is_over(row.user.role, row.created_utc, row.seen_utc, now_utc):
        return None
    return row


def is_to_be_seen(row: UserSession, now_utc: datetime) -> bool:
    """Return whether `saw` is to be called: only a request a minute writes."""
    return not timedelta(0) <= now_utc - row.seen_utc < SEEN_EVERY


def saw(work: Work, id_: int) -> None:
    """Note that a session made a request."""
    row = work.session.get(UserSession, id_)
    if row is not None and not is_over(row.user.role, row.created_utc, row.seen_utc, work.now_utc):
        _note_visit(work.session, row.user, work.now_utc)
        row.seen_utc = work.now_utc


def _note_visit(session: Session, user: User, now_utc: datetime) -> None:
    """Note that a user is here; after a pause, when the visit before ended. The user's version stays the same."""
    seen_utc = user.seen_utc
    is_new = seen_utc is not None and now_utc - seen_utc > VISIT_ENDS
    user_rows.note_visit(session, user, now_utc, looked_utc=seen_utc if is_new else user.looked_utc)


def is_proved(row: UserSession, now_utc: datetime) -> bool:
    """Return whether the password was given in the last ten minutes, as dangerous acts need it."""
    return timedelta(0) <= now_utc - row.proved_utc < PROVED_FOR


def prove(work: Work, id_: int, name: str) -> bool:
    """Note that the password was given at a session of that user; return whether there is one."""
    row = work.session.get(UserSession, id_)
    if row is None or row.user.name != name or is_over(row.user.role, row.created_utc, row.seen_utc, work.now_utc):
        return False
    row.proved_utc = work.now_utc
    return True


def speak(work: Work, id_: int, lang: str) -> None:
    """Remember the language of a session."""
    row = work.session.get(UserSession, id_)
    if row is not None:
        row.lang = lang


def of_user(session: Session, user: User, now_utc: datetime) -> Sequence[UserSession]:
    """Return the sessions of a user that last, the one seen last first."""
    rows = user_rows.sessions(session, user.id)
    return [row for row in rows if not is_over(row.user.role, row.created_utc, row.seen_utc, now_utc)]


def end(work: Work, id_: int, of: User | None = None) -> None:
    """End one session, ``of`` that user; raises NotAllowed when there is none. At a log-out, and from the list."""
    turns.take(work.session, ACCOUNTS)
    row = work.session.get(UserSession, id_)
    if row is None or (of is not None and row.user_id != of.id):
        raise NotAllowed(message("there is no such session: it has ended already"))
    name, address = row.user.name, row.address
    work.session.delete(row)
    acts.record(work, "session.end", name, {"address": address}, {})


def end_all(work: Work, user: User, *, but: int | None = None) -> int:
    """End all sessions of a user, ``but`` the one with that id; return how many."""
    count = user_rows.delete_sessions(work.session, user.id, but=but)
    if count:
        acts.record(work, "session.end", user.name, {"sessions": count}, {})
    return count
