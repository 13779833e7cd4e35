"""Delete what holds no longer, every night."""

from datetime import datetime, timedelta

from monitor.accounts import throttle
from monitor.accounts.sessions import is_over
from monitor.store import login_rows, user_rows
from monitor.store.session import Session

LINKS_STAY = timedelta(days=30)


def forget(session: Session, now_utc: datetime) -> None:
    """Delete failed log-ins that count no longer, sessions that are over, and links that ran out a month ago."""
    login_rows.prune(session, throttle.counts_since_utc(now_utc), now_utc + throttle.WINDOW)
    for row in user_rows.sessions(session):
        if is_over(row.user.role, row.created_utc, row.seen_utc, now_utc):
            session.delete(row)
    user_rows.delete_links_before(session, now_utc - LINKS_STAY)
