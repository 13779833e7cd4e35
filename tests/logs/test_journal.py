"""Events in systemd's journal: a socket of the test's own takes them, read back by the protocol's own description."""

import os
import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from monitor.domain.log_events import LogEvent
from monitor.logs.emit import emit
from monitor.logs.journal import Journal, is_journal, packed
from monitor.logs.output import install
from tests.logs.written import LOG, an_error, written


def unpacked(datagram: bytes) -> dict[str, str]:
    """As https://systemd.io/JOURNAL_NATIVE_PROTOCOL says, without our writer."""
    fields = {}
    while datagram:
        line, _, rest = datagram.partition(b"\n")
        name, equals, value = line.partition(b"=")
        if not equals:
            length = int.from_bytes(rest[:8], "little")
            value, datagram = rest[8 : 8 + length], rest[8 + length :]
            assert datagram[:1] == b"\n"
            datagram = datagram[1:]
        else:
            datagram = rest
        fields[name.decode()] = value.decode()
    return fields


class Listening:
    """A datagram socket where the journal would listen."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.bind(str(path))
        self._socket.settimeout(5)

    def next(self) -> dict[str, str]:
        return unpacked(self._socket.recv(1 << 20))

    def close(self) -> None:
        self._socket.close()
        self.path.unlink()


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Listening]:
    made = Listening(tmp_path / "socket")
    yield made
    if made.path.exists():
        made.close()


def test_an_event_arrives_with_its_priority_its_code_and_its_fields(journal: Listening) -> None:
    with written(journal=Journal(journal.path)) as stderr:
        emit(LOG, LogEvent.NOTICE_RETRIED, "%s: no answer", "<1@x>", message_id="<1@x>", recipient="responsible")
    found = journal.next()
    assert found["MESSAGE"] == "<1@x>: no answer [notice_retried]"
    assert found["PRIORITY"] == "4"
    assert found["UPAZILA_EVENT"] == "notice_retried"
    assert (found["UPAZILA_MESSAGE_ID"], found["UPAZILA_RECIPIENT"]) == ("<1@x>", "responsible")
    assert (found["LOGGER"], found["SYSLOG_IDENTIFIER"]) == ("monitor.somewhere", "upazila-monitor")
    # The place is that of the call, not of `emit`.
    assert found["CODE_FILE"] == __file__
    assert found["CODE_FUNC"].startswith("test_an_event_arrives")
    assert stderr.getvalue() == ""


@pytest.mark.parametrize(
    ("event", "number"),
    [
        (LogEvent.SITE_STATE, "7"),
        (LogEvent.STARTED, "6"),
        (LogEvent.UPLINK_LOST, "4"),
        (LogEvent.PAGE_DOWN, "3"),
        (LogEvent.DECISIONS_LOST, "2"),
    ],
)
def test_each_level_has_the_priority_that_syslog_gives_it(journal: Listening, event: LogEvent, number: str) -> None:
    with written(level="debug", journal=Journal(journal.path)):
        emit(LOG, event, "x")
    assert journal.next()["PRIORITY"] == number


def test_a_hostile_value_adds_no_field(journal: Listening) -> None:
    site = "udc\nPRIORITY=0\n_UID=0\x1b[2J"
    with written(journal=Journal(journal.path)):
        emit(LOG, LogEvent.OUTAGE_OPENED, "%s: outage", site, site=site, cause="")
    found = journal.next()
    assert found["UPAZILA_SITE"] == "udc PRIORITY=0 _UID=0[2J"
    assert found["PRIORITY"] == "6"
    assert "_UID" not in found


def test_a_value_of_several_lines_is_packed_with_its_length(journal: Listening) -> None:
    with written(journal=Journal(journal.path)):
        emit(LOG, LogEvent.ROUND_FAILED, "a round failed", error=an_error("bad"))
    found = journal.next()
    assert found["MESSAGE"] == "a round failed [round_failed]"
    assert found["EXCEPTION_TEXT"].splitlines()[-1] == "ValueError: bad"
    assert unpacked(packed({"A": "one\ntwo=3\n", "B": "="})) == {"A": "one\ntwo=3\n", "B": "="}


def test_the_longest_event_fits_into_a_datagram(journal: Listening) -> None:
    bangla = "\u0995" * 100_000
    with written("json", journal=Journal(journal.path)) as stderr:
        emit(LOG, LogEvent.OUTAGE_OPENED, "%s", bangla, site=bangla, cause=bangla, error=an_error(bangla))
    found = journal.next()
    assert len(found["EXCEPTION_TEXT"]) == 20_000
    assert found["UPAZILA_SITE"].endswith("…")
    assert stderr.getvalue() == ""


def test_in_another_format_the_message_is_that_line(journal: Listening) -> None:
    with written("json", journal=Journal(journal.path)):
        emit(LOG, LogEvent.STOPPED, "stopped")
    found = journal.next()
    assert found["MESSAGE"].startswith('{"ts": "')
    assert found["UPAZILA_EVENT"] == "stopped"


def test_without_a_journal_lines_go_to_standard_error_with_their_priority_and_back_when_it_listens(
    journal: Listening,
) -> None:
    with written(journal=Journal(journal.path)) as stderr:
        emit(LOG, LogEvent.STARTED, "one")
        journal.close()
        emit(LOG, LogEvent.ROUND_FAILED, "two", error=an_error("bad"))
        again = Listening(journal.path)
        emit(LOG, LogEvent.STOPPED, "three")
        assert again.next()["MESSAGE"] == "three [stopped]"
        again.close()
    lines = stderr.getvalue().splitlines()
    assert lines[0] == "<3>ERROR two [round_failed]"
    assert all(line.startswith("<3>") for line in lines)


def test_a_journal_that_takes_nothing_does_not_hold_up_the_daemon(journal: Listening) -> None:
    with written(journal=Journal(journal.path)) as stderr:

        def many() -> None:
            for number in range(10_000):
                if stderr.getvalue():
                    return
                emit(LOG, LogEvent.STARTED, "event %d", number)

        writing = threading.Thread(target=many)
        writing.start()
        writing.join(10)
        assert not writing.is_alive()
    assert "<6>INFO event " in stderr.getvalue()


def test_standard_error_is_the_journal_s_where_systemd_says_so(tmp_path: Path) -> None:
    with (tmp_path / "stderr").open("w") as stream:
        found = os.fstat(stream.fileno())
        ours = f"{found.st_dev}:{found.st_ino}"
        assert is_journal(stream.fileno(), {"JOURNAL_STREAM": ours})
        assert not is_journal(stream.fileno(), {"JOURNAL_STREAM": f"{found.st_dev}:{found.st_ino + 1}"})
        assert not is_journal(stream.fileno(), {})
    assert not is_journal(1_000_000, {"JOURNAL_STREAM": ours}), "nothing is open there"


def test_a_terminal_s_log_does_not_go_to_the_journal(tmp_path: Path) -> None:
    with written(), (tmp_path / "stderr").open("w") as stream:
        assert install(stream, {}).is_for_people
        found = os.fstat(stream.fileno())
        assert not install(stream, {"JOURNAL_STREAM": f"{found.st_dev}:{found.st_ino}"}).is_for_people
