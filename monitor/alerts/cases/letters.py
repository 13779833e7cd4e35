"""Send a letter again, or give one up whose reader is gone: acts of people about the outbox."""

from monitor.alerts.cases.refusals import NotAllowed
from monitor.alerts.notices import outbox
from monitor.alerts.notices.deliver import is_reader
from monitor.domain.message import message
from monitor.store import acts
from monitor.store.models import Notice
from monitor.store.notice_queries import state_of
from monitor.store.work import Work

WAITING = ("waiting", "failing", "faulty")


def resend(work: Work, id_: int) -> Notice:
    """Enqueue a notice again under its old Message-ID, whatever became of it; raises NotAllowed."""
    notice = outbox.resend(work, id_)
    if notice is None:
        raise _no_such(id_)
    acts.record(work, "notice.resend", str(id_), {}, {"kind": notice.kind, "recipient": notice.recipient})
    return notice


def drop(work: Work, id_: int) -> Notice:
    """Give up a waiting notice whose reader the configuration does not have any more; raises NotAllowed.

    Nobody else's can be dropped: what was promised to a reader is sent. `resend` takes it back.
    """
    notice = work.session.get(Notice, id_)
    if notice is None:
        raise _no_such(id_)
    state = state_of(notice)
    if state not in WAITING:
        raise NotAllowed(message("notice {id} does not wait. Only what waits can be dropped", id=id_))
    if is_reader(work.office, notice.recipient):
        said = message(
            "the configuration still has '{name}', who is to get notice {id}. Expected one of a reader who was removed",
            name=notice.recipient,
            id=id_,
        )
        raise NotAllowed(said)
    outbox.drop(work, notice)
    acts.record(work, "notice.drop", str(id_), {"state": state}, {"kind": notice.kind, "recipient": notice.recipient})
    return notice


def _no_such(id_: int) -> NotAllowed:
    return NotAllowed(message("there is no notice {id}. `upazila-monitor outbox` lists them", id=id_))
