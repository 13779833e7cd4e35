"""Turn a user's second factor on and off, and use up its codes. Each change is recorded, without secrets."""

from monitor.accounts import second_factor, sessions, users
from monitor.alerts.cases.refusals import BadInput, NotAllowed
from monitor.domain.message import message
from monitor.store import acts, turns
from monitor.store.models import User
from monitor.store.turns import ACCOUNTS
from monitor.store.work import Work


def turn_on(work: Work, name: str, secret: str, code: str, *, keep_session: int | None = None) -> list[str]:
    """Turn the second factor on, when ``code`` shows that the authenticator has the ``secret``.

    Returns the recovery codes, which cannot be read again. Ends the user's sessions, but that of the id
    ``keep_session``. Raises BadInput, NotAllowed.
    """
    user = users.to_be_changed(work, name)
    if user.totp_secret:
        raise NotAllowed(message("the second factor of {name} is on already. Turn it off first", name=user.name))
    step = second_factor.step_of(secret, code, 0, work.now_utc) if second_factor.is_secret(secret) else None
    if step is None:
        raise BadInput("code", message("is not the code of now. Expected six digits; is the telephone's clock right?"))
    user.totp_secret, user.totp_step = secret, step
    codes = _new_recovery_codes(user)
    sessions.end_all(work, user, but=keep_session)
    acts.record(work, "user.second_factor", user.name, {"second_factor": False}, {"second_factor": True})
    return codes


def turn_off(work: Work, name: str) -> None:
    """Turn the second factor off; its recovery codes are gone, too. Raises NotAllowed."""
    user = users.to_be_changed(work, name)
    if user.totp_secret:
        user.totp_secret, user.recovery_hashes = "", []
        acts.record(work, "user.second_factor", user.name, {"second_factor": True}, {"second_factor": False})


def renew_recovery_codes(work: Work, name: str) -> list[str]:
    """Return new recovery codes in place of all older ones; raises NotAllowed without a second factor."""
    user = users.to_be_changed(work, name)
    if not user.totp_secret:
        raise NotAllowed(message("{name} has no second factor", name=user.name))
    codes = _new_recovery_codes(user)
    acts.record(work, "user.recovery_codes", user.name, {}, {"recovery_codes": len(codes)})
    return codes


def use(work: Work, user: User, typed: str) -> bool:
    """Return whether ``typed`` is a good code of the user's second factor, and use it up."""
    turns.take(work.session, ACCOUNTS)
    step = second_factor.step_of(user.totp_secret, typed, user.totp_step, work.now_utc)
    if step is not None:
        user.totp_step = step
        return True
    hash_ = second_factor.recovery_hash(typed)
    if hash_ not in user.recovery_hashes:
        return False
    user.recovery_hashes = [each for each in user.recovery_hashes if each != hash_]
    acts.record(work, "user.recovery_code", user.name, {}, {"left": len(user.recovery_hashes)})
    return True


def _new_recovery_codes(user: User) -> list[str]:
    codes = second_factor.new_recovery_codes()
    user.recovery_hashes = [second_factor.recovery_hash(code) for code in codes]
    return codes
