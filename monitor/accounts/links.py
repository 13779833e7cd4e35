"""Give out codes that are good once: an invitation or a new password for a user, and the first user's set-up.

A code has 80 random bits; its SHA-256 is stored. A new one of the same purpose and user replaces the one before.
"""

from datetime import datetime, timedelta
from enum import StrEnum

from monitor.accounts.codes import code_hash, new_code
from monitor.alerts.cases.refusals import NotAllowed
from monitor.domain.message import message
from monitor.store import turns, user_rows
from monitor.store.models import OneTimeLink, User
from monitor.store.session import Session
from monitor.store.turns import ACCOUNTS
from monitor.store.work import Work

GROUPS = 4
CLOCK_MAY_STEP = timedelta(minutes=5)


class Purpose(StrEnum):
    """What a code is for."""

    SETUP = "setup"
    INVITATION = "invitation"


LASTS = {Purpose.SETUP: timedelta(days=7), Purpose.INVITATION: timedelta(hours=24)}


def give_out(work: Work, purpose: Purpose, user: User | None = None) -> str:
    """Return a new code, such as '7kq2-m9xd-hc04-wz8e'; those before it hold no longer."""
    turns.take(work.session, ACCOUNTS)
    user_id = None if user is None else user.id
    user_rows.delete_links(work.session, purpose, user_id)
    code = new_code(GROUPS)
    link = OneTimeLink(
        purpose=purpose,
        code_hash=code_hash(code),
        user_id=user_id,
        created_utc=work.now_utc,
        expires_utc=work.now_utc + LASTS[purpose],
    )
    work.session.add(link)
    return code


def find(session: Session, purpose: Purpose, code: str, now_utc: datetime) -> OneTimeLink | None:
    """Return the link of a code, however it was typed; None for a wrong, used or expired one."""
    link = user_rows.link_of(session, purpose, code_hash(code))
    if link is None or link.used_utc is not None or now_utc >= link.expires_utc:
        return None
    return link if now_utc >= link.created_utc - CLOCK_MAY_STEP else None


def take(work: Work, purpose: Purpose, code: str) -> OneTimeLink:
    """Use a code up; raises NotAllowed for a wrong, used or expired one, with the same words."""
    turns.take(work.session, ACCOUNTS)
    link = find(work.session, purpose, code, work.now_utc)
    if link is None:
        raise NotAllowed(
            message("this code is not valid, or not any more: it works once, for a limited time. Ask for a new one")
        )
    link.used_utc = work.now_utc
    return link
