"""What holds no longer is deleted in the night."""

from monitor.accounts import upkeep, users
from monitor.store.models import LoginAttempt, OneTimeLink, UserSession
from tests.accounts.people import acting, add, enter
from tests.desk import Desk


def counts(desk: Desk) -> tuple[int, int, int]:
    """How many failed log-ins, sessions and links are stored."""
    with desk.store.read() as session:
        return (
            session.query(LoginAttempt).count(),
            session.query(UserSession).count(),
            session.query(OneTimeLink).count(),
        )


def forget(desk: Desk) -> None:
    with desk.store.write() as session:
        upkeep.forget(session, desk.clock.utc())


def test_failed_log_ins_sessions_and_links_go_when_they_hold_no_longer(desk: Desk) -> None:
    add(desk)
    enter(desk, "rahim", "wrong")
    enter(desk, "rahim", address="198.51.100.9")
    with acting(desk) as work:
        users.invite(work, "rahim")
    forget(desk)
    assert counts(desk) == (1, 1, 1)
    desk.clock.advance(15 * 60)
    forget(desk)
    assert counts(desk) == (0, 1, 1)
    desk.clock.advance(45 * 60)
    forget(desk)
    assert counts(desk) == (0, 0, 1)
    desk.clock.advance(32 * 86_400)
    forget(desk)
    assert counts(desk) == (0, 0, 0)
