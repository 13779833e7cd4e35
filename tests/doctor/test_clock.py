"""The clock is judged by what the kernel, the database and this program's own date say."""

from dataclasses import replace
from datetime import UTC, datetime

from monitor.doctor.clock import CLOCK, Seen
from monitor.runtime.trusted_clock import kernel_says_synchronised
from monitor.store.models import Heartbeat
from tests.doctor.installation import Installation, codes

NOW = datetime(2026, 11, 24, tzinfo=UTC)


def test_a_clock_that_ntp_keeps_and_the_daemon_trusts_is_well() -> None:
    well = Seen(synchronised=True, suspect=False)
    assert codes([*CLOCK.judge(well, NOW)]) == ["ok"]
    assert codes([*CLOCK.judge(replace(well, synchronised=False), NOW)]) == ["not-kept"]
    assert codes([*CLOCK.judge(replace(well, suspect=True), NOW)]) == ["suspect"]
    assert codes([*CLOCK.judge(well, datetime(2000, 1, 1, tzinfo=UTC))]) == ["too-early"]


def test_it_is_found_out_as_the_kernel_and_the_database_have_it(office: Installation) -> None:
    office.clock.now_utc = NOW
    expected = "ok" if kernel_says_synchronised() else "not-kept"
    assert office.found("clock") == [expected], "without a database, too"
    store = office.store()
    with store.write() as session:
        beat = Heartbeat(at_utc=NOW, wall_utc=NOW, boot_id="0" * 32, boot_ns=1, synchronised=False)
        beat.suspect_since_boot_ns = 1
        session.add(beat)
    store.close()
    assert "suspect" in office.found("clock")
