"""Render one event of the log as text, logfmt or JSON. Bad input stays on its line: every value is cleaned first."""

import json
import re
import traceback
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from logging import LogRecord

from monitor.domain.log_events import LogEvent, LogFormat
from monitor.domain.text import clean, clean_lines

Value = str | int | float

LONGEST_TEXT = 4_000
LONGEST_VALUE = 500
LONGEST_TRACEBACK = 20_000
_BARE = re.compile(r'[^\s"=\\]+')  # what logfmt writes without quotes


@dataclass(frozen=True, slots=True)
class LogLine:
    """One event as it is written: ``text`` in one line; ``traceback`` in several, or ''."""

    at: datetime
    level: str
    event: LogEvent
    logger: str
    text: str
    fields: Mapping[str, Value]
    traceback: str

    def __str__(self) -> str:
        """For people: the level, the text and the code; below, further in, the traceback."""
        below = "".join(f"\n    {line}" for line in self.traceback.split("\n") if line)
        return f"{self.level.upper()} {self.text} [{self.event.code}]{below}"

    def as_logfmt(self) -> str:
        r"""Return key=value pairs; a value with blanks, quotes, '=' or '\' is written as a JSON string."""
        return " ".join(f"{key}={_logfmt(value)}" for key, value in self._pairs().items())

    def as_json(self) -> str:
        """Return the event as one object."""
        return json.dumps(self._pairs(), ensure_ascii=False)

    def rendered(self, log_format: LogFormat) -> str:
        """Return the line in that format, without the last line break."""
        return {"text": self.__str__, "logfmt": self.as_logfmt, "json": self.as_json}[log_format]()

    def _pairs(self) -> dict[str, Value]:
        at = self.at.isoformat(timespec="milliseconds").replace("+00:00", "Z")
        pairs = {"ts": at, "level": self.level, "event": self.event.code, **self.fields, "msg": self.text}
        return {**pairs, "traceback": self.traceback} if self.traceback else pairs


def line_of(record: LogRecord) -> LogLine:
    """Return the line of a record of `emit`; a record of anybody else is an event of its library."""
    event = getattr(record, "event", LogEvent.THIRD_PARTY)
    fields = getattr(record, "fields", {"logger": record.name})
    return LogLine(
        at=datetime.fromtimestamp(record.created, UTC),
        level=record.levelname.lower(),
        event=event,
        logger=record.name,
        text=clean(_text(record), LONGEST_TEXT),
        fields={key: kept for key, value in fields.items() if (kept := _cleaned(value)) != ""},
        traceback=clean_lines(_traceback(record), LONGEST_TRACEBACK),
    )


def _text(record: LogRecord) -> str:
    """Return the record's message; one whose gaps do not fit is returned as it is: the log must not fail."""
    try:
        return record.getMessage()
    except (TypeError, ValueError):
        return f"{record.msg} {record.args!r}"


def _cleaned(value: object) -> Value:
    return value if isinstance(value, int | float) else clean(str(value), LONGEST_VALUE)


def _traceback(record: LogRecord) -> str:
    if not record.exc_info or record.exc_info[1] is None:
        return ""
    return "".join(traceback.format_exception(record.exc_info[1]))


def _logfmt(value: Value) -> str:
    text = f"{value:g}" if isinstance(value, float) else str(value)
    return text if _BARE.fullmatch(text) else json.dumps(text, ensure_ascii=False)
