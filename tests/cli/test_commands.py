"""The commands as their user types them: what they print, and the exit code."""

import json
import signal
import sqlite3
import subprocess
from pathlib import Path

import pytest

from monitor.store import sqlite
from monitor.store.opening import DATABASE
from tests.cli.typed import command, run, typed
from tests.desk import Desk


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("--at", "0001-01-01T00:00"), "--at: '0001-01-01T00:00' is too far away. Expected a year from 2000 to 2100"),
        (("--at", "9999-12-31T23:59-14:00"), "too far away"),
        (("--at", "2016-11-23T10:00"), "--at: found '2016-11-23T10:00'. Expected a time within the year before now"),
        (("--from", b"\xff".decode(errors="surrogateescape")), "bytes that are no UTF-8"),
    ],
)
def test_a_complaint_with_an_impossible_date_or_name_is_refused(
    home: Path, desk: Desk, words: tuple[str, ...], message: str
) -> None:
    done = typed(home, "ticket", "new", "--service", "6", "--by", "phone", "--from", "B", "--text", "dark", *words)
    assert (done.returncode, len(desk.tickets())) == (2, 1)
    assert message in done.stderr


def test_a_database_that_others_are_writing_to_for_long_is_told_in_words(
    home: Path, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sqlite, "BUSY_TIMEOUT_S", 0.2)
    with sqlite3.connect(desk.store.state / DATABASE, isolation_level=None) as blocker:
        blocker.execute("BEGIN IMMEDIATE")
        done = typed(home, "ticket", "ack", "BHR-2026-000001")
        blocker.execute("ROLLBACK")
    assert done.returncode == 3
    assert "monitor.db refuses: database is locked. Try again" in done.stderr


def test_check_says_what_is_there_and_what_is_missing(home: Path) -> None:
    done = typed(home, "check")
    assert done.returncode == 0
    assert "30 sites (3 backbone links, 1 office, 6 Union Digital Centres, 20 labs), 31 devices. No err" in done.stdout
    assert "warning: no mail server" in done.stdout
    assert "officers.responsible" in done.stdout
    assert "warning: the officers in charter.toml are not confirmed as this office's own" in done.stdout
    charter = home / "config" / "charter.toml"
    charter.write_text(charter.read_text().replace("officers_confirmed = false", "officers_confirmed = true"))
    assert "not confirmed" not in typed(home, "check").stdout


def test_check_names_a_position_whose_figures_are_swapped(home: Path) -> None:
    sites = home / "config" / "sites.toml"
    assert "outside Bangladesh" not in typed(home, "check").stdout
    sites.write_text(sites.read_text().replace("position = [24.020, 88.995]", "position = [88.995, 24.020]", 1))
    assert "sites.backbone-bheramara.position lies outside Bangladesh" in typed(home, "check").stdout


def test_check_names_secrets_that_are_missing_empty_or_open_to_others(home: Path) -> None:
    for name, text in (("empty", "\n"), ("open", "a community\n")):
        (home / name).write_text(text)
        (home / name).chmod(0o644 if name == "open" else 0o600)
    with (home / "config" / "monitor.toml").open("a") as monitor:
        monitor.writelines(f'[snmp.v2c.{name}]\ncommunity_file = "{name}"\n' for name in ("gone", "empty", "open"))
    said = typed(home, "check").stdout
    assert "snmp.v2c.gone.community_file: cannot be read: No such file or directory. Expected a file whose" in said
    assert "snmp.v2c.empty.community_file: its first line is empty" in said
    assert f"{home}/open can be read by others: chmod 600 {home}/open" in said


def test_check_of_a_bad_file_names_every_fault_and_exits_with_2(home: Path) -> None:
    sites = home / "config" / "sites.toml"
    sites.write_text(sites.read_text().replace('"127.77.2.6"', '"127.77.2.5"').replace('kind = "office"', 'kind = "x"'))
    done = typed(home, "check")
    assert done.returncode == 2
    assert done.stderr.splitlines()[-1] == "2 errors; nothing was started."


def test_a_daemon_with_a_bad_configuration_does_not_start(home: Path) -> None:
    (home / "config" / "monitor.toml").write_text("[probing]\necho = 3\n")
    done = run(home, "run")
    assert done.returncode == 2
    assert "probing.echo: unknown key. Did you mean 'echoes'?" in done.stderr
    assert not (home / "var").exists()


@pytest.mark.parametrize("words", [["status"], ["outages"], ["tickets"], ["ticket", "show", "BHR-2026-000001"]])
def test_without_a_database_they_say_so_and_exit_with_3(home: Path, words: list[str]) -> None:
    done = typed(home, *words)
    assert done.returncode == 3
    assert "Start the daemon once" in done.stderr


def test_status_without_a_daemon_shows_what_was_last_known_and_exits_with_3(home: Path, desk: Desk) -> None:
    from monitor.judging.decisions import SiteChanged
    from monitor.judging.health import State

    desk.decide(SiteChanged("backbone-north", State.DOWN, desk.clock.utc()))
    done = typed(home, "status")
    assert done.returncode == 3
    assert "The daemon does not answer" in done.stdout
    assert "backbone-north" in done.stdout
    as_data = typed(home, "status", "--json")
    assert as_data.returncode == 3
    now = json.loads(as_data.stdout)
    assert now["running"] is False
    assert [site["state"] for site in now["sites"] if site["id"] == "backbone-north"] == ["down"]


def test_outages_and_tickets_are_listed_as_data_too(home: Path, desk: Desk) -> None:
    (outage,) = json.loads(typed(home, "outages", "--json").stdout)
    assert (outage["site"], outage["ticket"], outage["ended_utc"]) == ("backbone-north", "BHR-2026-000001", None)
    (ticket,) = json.loads(typed(home, "tickets", "--json").stdout)
    assert (ticket["number"], ticket["state"], ticket["stage"]) == ("BHR-2026-000001", "open", 1)
    assert "BHR-2026-000001" in typed(home, "tickets").stdout


def test_a_person_takes_a_ticket_through_its_life_and_the_story_names_him(home: Path, desk: Desk) -> None:
    number = "BHR-2026-000001"
    for words in (["ack"], ["start"], ["comment", "-m", "ফাইবার কাটা"], ["resolve", "-m", "spliced"], ["reopen"]):
        assert typed(home, "ticket", words[0], number, *words[1:], "--as", "alamgir").returncode == 0
    story = json.loads(typed(home, "ticket", "show", number, "--json").stdout)
    assert story["state"] == "open"
    mine = [(event["kind"], event["text"]) for event in story["events"] if event["actor"] == "cli:alamgir"]
    assert mine[2] == ("comment", "ফাইবার কাটা")
    assert [kind for kind, _ in mine] == ["ack", "start", "comment", "resolved", "reopened"]


def test_what_a_ticket_does_not_allow_is_said_and_exits_with_1(home: Path, desk: Desk) -> None:
    done = typed(home, "ticket", "close", "BHR-2026-000001")
    assert (done.returncode, done.stdout) == (1, "")
    assert "needs it to be resolved" in done.stderr
    assert typed(home, "ticket", "show", "BHR-2026-000777").returncode == 1


def test_an_interrupted_watch_ends_with_130(home: Path, desk: Desk) -> None:
    # Whoever runs the tests in the background has SIGINT ignored, and passes that on.
    words = ["env", "--default-signal=INT", *command(home, "status", "--watch")]
    with subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as watch:
        assert watch.stdout is not None
        assert watch.stdout.read(1)  # it draws: the loop is on
        watch.send_signal(signal.SIGINT)
        _, errors = watch.communicate(timeout=10)
    assert watch.returncode == 130
    assert b"Traceback" not in errors


def test_a_reader_that_has_seen_enough_is_no_error(home: Path, desk: Desk) -> None:
    line = " ".join(command(home, "status", "--all", "--json")) + " | head -1"
    done = subprocess.run(["bash", "-o", "pipefail", "-c", line], capture_output=True, text=True, timeout=60)
    assert done.stdout == "{\n"
    assert "Traceback" not in done.stderr


def test_the_version_is_that_of_the_package(home: Path) -> None:
    assert json.loads(run(home, "version", "--json").stdout) == {"version": "0.1.0"}


@pytest.mark.parametrize("words", [["nope"], ["status", "--nope"], ["ticket", "ack"], ["outages", "--limit", "x"]])
def test_a_mistyped_command_exits_with_2(home: Path, words: list[str]) -> None:
    assert typed(home, *words).returncode == 2


def test_a_page_address_that_is_taken_is_said_and_probing_goes_on(home: Path) -> None:
    import socket

    with socket.create_server(("127.0.0.1", 0)) as taken:
        monitor = home / "config" / "monitor.toml"
        monitor.write_text(monitor.read_text().replace("127.0.0.1:1", f"127.0.0.1:{taken.getsockname()[1]}"))
        with subprocess.Popen(command(home, "run"), stderr=subprocess.PIPE, text=True) as daemon:
            assert daemon.stderr is not None
            said = ""
            for line in daemon.stderr:
                said += line
                if "Address already in use" in line:
                    break
            assert "no page on 127.0.0.1" in said
            assert daemon.poll() is None
            daemon.terminate()
            assert daemon.wait(30) == 0
