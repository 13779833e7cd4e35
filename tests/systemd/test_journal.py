"""The daemon under a real systemd-journald: its events are found by their fields, as docs/logs.md says."""

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.lab.daemon import program
from tests.places import ROOT

JOURNALD = "/lib/systemd/systemd-journald"

# A /run and a network of its own, in which nothing but itself can be reached; a journal in memory, not the machine's.
# Then the daemon, its standard error being the journal's as under systemd, until $EVENT is in the journal.
MACHINE = """
set -e
mount -t tmpfs none /run && mkdir -p /run/systemd/journal /run/log/journal || exit 77
printf '[Journal]\\nStorage=volatile\\nReadKMsg=no\\nAudit=no\\nForwardToSyslog=no\\n' > /run/journald.conf
mount --bind /run/journald.conf /etc/systemd/journald.conf || exit 77
ip link set lo up && echo "0 2147483647" > /proc/sys/net/ipv4/ping_group_range || exit 77
"$JOURNALD" 2> /dev/null &
for turn in $(seq 100); do [ -S /run/systemd/journal/stdout ] && break; sleep 0.1; done
systemd-cat -t not-ours sh -c 'JOURNAL_STREAM=$(stat -L -c %d:%i /proc/self/fd/2) exec "$@"' sh "$@" &
found() { journalctl --sync; journalctl -q -o cat UPAZILA_EVENT=$1 | grep -q .; }
for turn in $(seq 200); do found "$EVENT" && break; sleep 0.1; done
kill %2 2> /dev/null || true
wait %2 || true
journalctl --sync && exec journalctl -q -o json SYSLOG_IDENTIFIER=upazila-monitor + SYSLOG_IDENTIFIER=not-ours
"""


def journal_of(config: Path, event: str) -> list[dict[str, Any]]:
    """What the journal holds after a life of the daemon that lasts until that event."""
    apart = ["unshare", "-n", "-m", "-p", "--fork", "--kill-child=KILL", "--mount-proc"]
    words = ["bash", "-c", MACHINE, "machine", program(), "--config", str(config), "run"]
    done = subprocess.run(
        [*apart, "env", f"JOURNALD={JOURNALD}", "SYSTEMD_COLORS=0", f"EVENT={event}", *words],
        capture_output=True,
        text=True,
        timeout=90,
        check=False,
    )
    if done.returncode == 77:
        pytest.skip("this machine does not allow a /run and a network of its own")
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_events_are_in_the_journal_with_their_fields_and_nothing_goes_to_it_as_a_bare_line(tmp_path: Path) -> None:
    shutil.copytree(ROOT / "config", tmp_path / "config")
    monitor = tmp_path / "config" / "monitor.toml"
    text = monitor.read_text(encoding="utf-8")
    monitor.write_text(text.replace('listen = "127.0.0.1:9786"', 'listen = "127.0.0.1:0"'), encoding="utf-8")

    told = journal_of(tmp_path / "config", "page_up")

    by_event = {each["UPAZILA_EVENT"]: each for each in told}
    page = by_event["page_up"]
    assert page["UPAZILA_ADDRESS"].startswith("127.0.0.1:")
    assert page["MESSAGE"].endswith("[page_up]")
    assert (page["PRIORITY"], page["_TRANSPORT"]) == ("6", "journal")
    assert by_event["config_warning"]["PRIORITY"] == "4"
    assert by_event["stopped"]["LOGGER"] == "monitor.daemon"


def test_a_start_that_is_refused_is_a_critical_event_for_each_fault(tmp_path: Path) -> None:
    shutil.copytree(ROOT / "config", tmp_path / "config")
    (tmp_path / "config" / "sites.toml").write_text("[sites.x]\nkind = 7\n", encoding="utf-8")

    told = journal_of(tmp_path / "config", "cannot_run")

    assert {(each["UPAZILA_EVENT"], each["PRIORITY"]) for each in told} == {("cannot_run", "2")}
    assert any("sites.toml:2: sites.x.kind: found 7." in each["MESSAGE"] for each in told)
