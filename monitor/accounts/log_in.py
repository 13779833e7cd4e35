"""Log a user in: count first, then look at the password, then begin the session or leave the failure counted.

An attempt is counted before its password is looked at, so that a hundred at once are no hundred tries; a right one is
uncounted. A wrong name, a wrong password, a wrong code and a disabled user get the same answer after the same work.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from monitor.accounts import passwords, second_factors, sessions, throttle
from monitor.accounts.throttle import Failures, Keys, Verdict
from monitor.charter.office import Office
from monitor.domain.text import clean
from monitor.store import login_rows, turns, user_rows
from monitor.store.database import Store
from monitor.store.models import User
from monitor.store.session import Session
from monitor.store.turns import ACCOUNTS
from monitor.store.work import Work

LONGEST_AGENT = 200


class Answer(Enum):
    """What became of a log-in."""

    IN = "in"
    WRONG = "wrong"
    CODE_WANTED = "code wanted"  # name and password are right, and the second factor's code is missing
    THROTTLED = "throttled"  # too many failures: it was not looked at, or was wrong


@dataclass(frozen=True, slots=True)
class Typed:
    """What somebody typed, and from where. ``agent``: the browser, as it names itself; ``lang``: of the session."""

    name: str
    password: str
    code: str
    address: str
    agent: str = ""
    lang: str = ""


@dataclass(frozen=True, slots=True)
class LogIn:
    """The result of a log-in: the cookie's value when it is in, how many seconds to wait when it is throttled."""

    answer: Answer
    token: str = ""
    user: str = ""
    wait_s: int = 0


def log_in(store: Store, office: Office, typed: Typed, now_utc: datetime) -> LogIn:
    """Log a user in. Blocks for about 30 ms, in a thread; raises OperationalError when the database refuses."""
    keys, has_code = throttle.keys_of(typed.name, typed.address), bool(typed.code.strip())
    with store.read() as session:  # a flood that is refused keeps nobody from writing
        verdict = _verdict(session, keys, now_utc, has_code=has_code)
    if not verdict.is_tried:
        return LogIn(Answer.THROTTLED, wait_s=verdict.wait_s)
    with store.write() as session:
        turns.take(session, ACCOUNTS)
        verdict, attempt = _count(session, keys, now_utc, has_code=has_code)
        user = user_rows.user(session, typed.name)
        known = user.password_hash if user is not None and user.enabled else ""
    if not verdict.is_tried:
        return LogIn(Answer.THROTTLED, wait_s=verdict.wait_s)
    is_right = passwords.matches(known, typed.password)
    better = passwords.hashed_again(typed.password) if is_right and passwords.is_outdated(known) else None
    with store.write() as session:
        turns.take(session, ACCOUNTS)
        user = user_rows.user(session, typed.name)
        # Whatever changed in these 30 ms: a right password of before opens nothing.
        if not is_right or user is None or not user.enabled or user.password_hash != known:
            return LogIn(Answer.THROTTLED, wait_s=verdict.wait_s) if verdict.late else LogIn(Answer.WRONG)
        work = _work(session, office, now_utc, typed).by(user.name)
        refused = _code_refused(work, user, typed.code, keys, late=verdict.late)
        if refused in {None, Answer.CODE_WANTED}:  # no failure: it is in, or half way in
            login_rows.uncount(session, attempt)
        if refused is not None:
            return LogIn(refused, wait_s=verdict.wait_s)
        login_rows.reset(session, keys.name, keys.address)
        if better is not None:
            user.password_hash = better
        token = sessions.begin(work, user, typed.address, clean(typed.agent, LONGEST_AGENT), typed.lang)
        return LogIn(Answer.IN, token, user.name)


def prove(store: Store, office: Office, session_id: int, typed: Typed, now_utc: datetime) -> LogIn:
    """Prove again by the password who sits at a session; dangerous acts need it. Blocks and raises as `log_in`.

    Its failures are counted apart: who floods the log-in keeps nobody from this, for which a session is needed.
    """
    key = throttle.proof_key(typed.name)
    with store.write() as session:
        turns.take(session, ACCOUNTS)
        work = _work(session, office, now_utc, typed)
        failures = Failures(of_name=login_rows.failed_utc(session, key, throttle.counts_since_utc(now_utc)))
        verdict = throttle.judge(failures, now_utc, has_code=False)
        attempt = login_rows.add(session, now_utc, key, "") if verdict.is_tried else 0
        user = user_rows.user(session, typed.name)
        known = user.password_hash if user is not None and user.enabled else ""
    if not verdict.is_tried:
        return LogIn(Answer.THROTTLED, wait_s=verdict.wait_s)
    if not passwords.matches(known, typed.password):
        return LogIn(Answer.WRONG)
    with store.write() as session:
        turns.take(session, ACCOUNTS)
        work, user = _work(session, office, now_utc, typed), user_rows.user(session, typed.name)
        is_right = user is not None and user.password_hash == known  # it may have been changed meanwhile
        if not is_right or not sessions.prove(work, session_id, typed.name):
            return LogIn(Answer.WRONG)
        login_rows.uncount(session, attempt)
    return LogIn(Answer.IN, user=typed.name)


def _work(session: Session, office: Office, now_utc: datetime, typed: Typed) -> Work:
    return Work(session, office, now_utc, via="console", address=typed.address)


def _verdict(session: Session, keys: Keys, now_utc: datetime, *, has_code: bool) -> Verdict:
    """Decide whether a log-in is tried."""
    since_utc = throttle.counts_since_utc(now_utc)
    failures = Failures(
        of_name=login_rows.failed_utc(session, keys.name, since_utc),
        of_address=login_rows.failed_from_utc(session, keys.address, since_utc),
        late=login_rows.failed_utc(session, keys.late, since_utc),
    )
    return throttle.judge(failures, now_utc, has_code=has_code)


def _count(session: Session, keys: Keys, now_utc: datetime, *, has_code: bool) -> tuple[Verdict, int]:
    """Decide whether a log-in is tried, and count it as failed until it is right; return its row, too."""
    login_rows.prune(session, throttle.counts_since_utc(now_utc), now_utc + throttle.WINDOW)
    verdict = _verdict(session, keys, now_utc, has_code=has_code)
    if not verdict.is_tried:
        return verdict, 0
    if verdict.late:
        return verdict, login_rows.add(session, now_utc, keys.late, "")
    return verdict, login_rows.add(session, now_utc, keys.name, keys.address)


def _code_refused(work: Work, user: User, code: str, keys: Keys, *, late: bool) -> Answer | None:
    """Return how a right password is refused for the second factor; None when it is not."""
    if not user.totp_secret:
        return Answer.THROTTLED if late else None
    if not code.strip():
        return Answer.CODE_WANTED
    if late:
        times = login_rows.failed_utc(work.session, keys.code, throttle.counts_since_utc(work.now_utc))
        if not throttle.may_try_code(times, work.now_utc):
            return Answer.THROTTLED
    if second_factors.use(work, user, code):
        return None
    if late:
        login_rows.add(work.session, work.now_utc, keys.code, "")
    return Answer.THROTTLED if late else Answer.WRONG
