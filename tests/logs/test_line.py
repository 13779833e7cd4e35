"""One event is one line in every format, whatever stands in it, and is read back whole."""

import json
import logging

import pytest

from monitor.domain.log_events import LogEvent, LogFormat
from monitor.logs.emit import emit
from tests.logs.logfmt import NotLogfmt, decoded
from tests.logs.written import LOG, an_error, written

HOSTILE = 'udc\n"7"=\\x \x1b[31mINFO all is well [stopped]\r\n\x00\x85\u2028level=error\u202e'
HARMLESS = 'udc "7"=\\x [31mINFO all is well [stopped] level=error'


def logged(log_format: LogFormat, site: str) -> str:
    with written(log_format) as log:
        emit(LOG, LogEvent.OUTAGE_OPENED, "%s: outage", site, site=site, cause="power")
    return log.getvalue()


def test_text_is_the_level_what_happened_and_the_code() -> None:
    assert logged("text", "udc-7") == "INFO udc-7: outage [outage_opened]\n"


def test_logfmt_is_keys_and_values() -> None:
    line = logged("logfmt", "udc-7")
    assert line.partition(" ")[2] == 'level=info event=outage_opened site=udc-7 cause=power msg="udc-7: outage"\n'


def test_json_is_one_object() -> None:
    found = json.loads(logged("json", "udc-7"))
    assert found.pop("ts").endswith("Z")
    assert found == {
        "level": "info",
        "event": "outage_opened",
        "site": "udc-7",
        "cause": "power",
        "msg": "udc-7: outage",
    }


@pytest.mark.parametrize("log_format", ["logfmt", "json"])
def test_a_hostile_name_is_read_back_as_one_harmless_value_of_one_line(log_format: LogFormat) -> None:
    line = logged(log_format, HOSTILE)
    assert line.count("\n") == 1
    assert line.removesuffix("\n").isprintable()
    found = decoded(line.rstrip("\n")) if log_format == "logfmt" else json.loads(line)
    found.pop("ts")
    assert found == {
        "level": "info",
        "event": "outage_opened",
        "site": HARMLESS,
        "cause": "power",
        "msg": f"{HARMLESS}: outage",
    }


def test_a_hostile_name_makes_neither_a_second_line_of_text_nor_another_code() -> None:
    assert logged("text", HOSTILE) == f"INFO {HARMLESS}: outage [outage_opened]\n"


@pytest.mark.parametrize("line", ["a", "a=b=c", 'a="b', 'a="b"c=d', "a=1 a=2", 'a="\x1b"', "a=b\tc", "=b"])
def test_what_is_no_logfmt_is_not_taken_for_it(line: str) -> None:
    with pytest.raises((NotLogfmt, ValueError)):
        decoded(line)


def test_bangla_stays_readable() -> None:
    name = "\u09ac\u09be\u09b9\u09bf\u09b0\u099a\u09b0 \u09b2\u09cd\u09af\u09be\u09ac"
    assert name in logged("json", name)
    assert f'site="{name}"' in logged("logfmt", name)


def test_empty_fields_are_left_out_and_numbers_stay_numbers() -> None:
    with written("json") as log:
        emit(LOG, LogEvent.LOOP_STALLED, "stood still", seconds=2.5)
        emit(LOG, LogEvent.OUTAGE_OPENED, "x: outage", site="x", cause="")
    stalled, outage = map(json.loads, log.getvalue().splitlines())
    assert stalled["seconds"] == 2.5
    assert "cause" not in outage


def test_a_traceback_follows_its_text_further_in_so_that_no_line_of_it_passes_for_an_event() -> None:
    with written() as log:
        emit(LOG, LogEvent.ROUND_FAILED, "a round failed", error=an_error("bad\nINFO all is well\x1b[2J"))
    first, *rest = log.getvalue().splitlines()
    assert first == "ERROR a round failed [round_failed]"
    assert len(rest) > 2
    assert all(line.startswith("    ") and line.isprintable() for line in rest)
    assert "    INFO all is well[2J" in rest


@pytest.mark.parametrize("log_format", ["logfmt", "json"])
def test_a_traceback_is_one_value_of_its_line(log_format: LogFormat) -> None:
    with written(log_format) as log:
        emit(LOG, LogEvent.ROUND_FAILED, "a round failed", error=an_error("bad"))
    (line,) = log.getvalue().splitlines()
    found = decoded(line) if log_format == "logfmt" else json.loads(line)
    assert found["traceback"].splitlines()[-1] == "ValueError: bad"


def test_a_text_and_a_traceback_without_end_are_cut() -> None:
    with written("json") as log:
        emit(LOG, LogEvent.ROUND_FAILED, "%s", "x" * 100_000, error=an_error("y" * 100_000))
    assert 10_000 < len(log.getvalue()) < 30_000


@pytest.mark.parametrize("name", ["apscheduler.executors.default", "alembic.runtime.migration", "uvicorn.error"])
def test_a_library_s_record_is_an_event_of_its_own_in_the_same_format(name: str) -> None:
    with written("json") as log:
        logging.getLogger(name).error("Invalid\nrequest %s", "\x1b[2J")
    found = json.loads(log.getvalue())
    assert (found["event"], found["logger"], found["level"]) == ("third_party", name, "error")
    assert found["msg"] == "Invalid request [2J"


def test_a_library_s_record_whose_gaps_do_not_fit_is_written_all_the_same() -> None:
    with written() as log:
        apscheduler, args = logging.getLogger("apscheduler"), ("one",)
        apscheduler.error("two %s %s", *args)
    assert log.getvalue() == "ERROR two %s %s ('one',) [third_party]\n"
