"""Log an event: the one way in which this program writes to its log."""

from logging import Logger
from typing import TypedDict, Unpack

from monitor.domain.log_events import LogEvent


class LogFields(TypedDict, total=False):
    """What an event is about. Each event names its own fields in the registry."""

    address: str
    behind: str
    cause: str
    count: int
    desk: str
    device: str
    devices: int
    job: str
    key: str
    kind: str
    line: int
    logger: str
    message_id: str
    path: str
    reason: str
    recipient: str
    seconds: float
    site: str
    sites: int
    state: str
    task: str
    ticket: str
    uplink: str


def emit(
    log: Logger,
    event: LogEvent,
    text: str,
    *args: object,
    error: BaseException | None = None,
    **fields: Unpack[LogFields],
) -> None:
    """Log ``event`` at its level: ``text`` % ``args`` in English, and ``fields`` for programs.

    ``error``: its traceback is logged as well. Empty fields are left out. Secrets belong in neither text nor fields.
    For any thread.
    """
    if log.isEnabledFor(event.level):  # a start has an event of each site that most logs leave out
        log.log(event.level, text, *args, exc_info=error, stacklevel=2, extra={"event": event, "fields": fields})
