"""Log what happened to tickets, when the transaction that did it is over."""

import logging
from collections.abc import Sequence

from monitor.domain.log_events import LogEvent
from monitor.domain.notice_kinds import NoticeKind
from monitor.logs.emit import emit
from monitor.store.work import HistoryLine

log = logging.getLogger(__name__)


def log_history(history: Sequence[HistoryLine]) -> None:
    """Log the lines that a transaction has added to the history of tickets. To be called after its commit.

    Texts of the history stay out of the log: they may hold what citizens wrote.
    """
    for line in history:
        _log(line)


def _log(line: HistoryLine) -> None:
    ticket, site, kind = line
    where = f" about {site}" if site else ""
    match kind:
        case "opened":
            emit(log, LogEvent.TICKET_OPENED, "%s%s is open", ticket, where, ticket=ticket, site=site)
        case "registered":
            emit(log, LogEvent.TICKET_REGISTERED, "%s%s is registered", ticket, where, ticket=ticket, site=site)
        case NoticeKind.BREACH | NoticeKind.STAGE:
            text = "%s%s is escalated: %s"
            emit(log, LogEvent.TICKET_ESCALATED, text, ticket, where, kind, ticket=ticket, site=site, kind=kind)
        case "resolved":
            emit(log, LogEvent.TICKET_RESOLVED, "%s%s is resolved", ticket, where, ticket=ticket, site=site)
        case "reopened":
            emit(log, LogEvent.TICKET_REOPENED, "%s%s is open again", ticket, where, ticket=ticket, site=site)
        case "withdrawn":
            emit(log, LogEvent.TICKET_WITHDRAWN, "%s%s is withdrawn", ticket, where, ticket=ticket, site=site)
        case _:
            text, what = "%s%s: %s", kind.replace("_", " ")
            emit(log, LogEvent.TICKET_CHANGED, text, ticket, where, what, ticket=ticket, site=site, kind=kind)
