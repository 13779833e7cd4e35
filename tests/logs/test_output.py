"""What is written and what is not: levels, of the program's own events and of libraries'."""

import json
import logging
import subprocess
import sys

import pytest

from monitor.domain.log_events import LogEvent, LogLevel
from monitor.logs.emit import emit
from tests.logs.written import LOG, written

ONE_EACH = (LogEvent.SITE_STATE, LogEvent.STARTED, LogEvent.UPLINK_LOST, LogEvent.PAGE_DOWN, LogEvent.DECISIONS_LOST)


@pytest.mark.parametrize(("level", "most"), [("debug", 5), ("info", 4), ("warning", 3), ("error", 2), ("critical", 1)])
def test_events_below_the_level_are_not_written(level: LogLevel, most: int) -> None:
    with written(level=level) as log:
        for event in ONE_EACH:
            emit(LOG, event, "x")
    assert [line.split()[0].lower() for line in log.getvalue().splitlines()] == [
        "debug",
        "info",
        "warning",
        "error",
        "critical",
    ][-most:]


def test_the_level_and_the_format_change_while_it_is_written() -> None:
    with written(level="error") as log:
        emit(LOG, LogEvent.STARTED, "one")
        output = logging.getLogger().handlers[0]
        output.use("logfmt", "debug")  # type: ignore[attr-defined]
        emit(LOG, LogEvent.STARTED, "two")
    assert log.getvalue().endswith("level=info event=started msg=two\n")
    assert log.getvalue().count("\n") == 1


@pytest.mark.parametrize("level", ["debug", "info"])
def test_no_library_tells_more_than_warnings_whatever_the_level(level: LogLevel) -> None:
    with written(level=level) as log:
        logging.getLogger("asyncio").info("Using selector")
        logging.getLogger("apscheduler").warning("missed")
        logging.getLogger("urllib3.connectionpool").warning("Failed to parse headers (url=https://x/?token=5ecret)")
        logging.getLogger("urllib3.connectionpool").debug("POST /bot5ecret/sendMessage")
    assert log.getvalue() == "WARNING missed [third_party]\n"


def test_what_python_itself_would_print_is_an_event_too() -> None:
    code = """
import threading, warnings
from monitor.logs.output import install

install().use("json", "info")
warnings.warn("old\\nways")
thread = threading.Thread(target=lambda: 1 / 0, name="recorder")
thread.start()
thread.join()
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=30, check=True)
    warning, ended = map(json.loads, done.stderr.splitlines())
    assert (warning["event"], warning["level"], warning["logger"]) == ("third_party", "warning", "py.warnings")
    assert "UserWarning: old ways" in warning["msg"]
    assert (ended["event"], ended["msg"]) == ("unhandled_error", "recorder ended with an error")
    assert ended["traceback"].endswith("ZeroDivisionError: division by zero")
