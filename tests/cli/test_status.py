"""`status` believes only the daemon that works in its own state folder."""

import json
import os
import re
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from monitor.cli.status import is_ours
from monitor.configuration import load
from monitor.settings import in_force
from monitor.settings.in_force import InForce
from tests.cli.typed import command, typed
from tests.desk import Desk


@contextmanager
def listening(home: Path, body: object) -> Iterator[None]:
    """Somebody who answers every question with ``body`` on the port of the page."""

    class Answer(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.end_headers()
            self.wfile.write(json.dumps(body).encode())

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Answer) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        monitor = home / "config" / "monitor.toml"
        before = monitor.read_text()
        monitor.write_text(before.replace('"127.0.0.1:1"', f'"127.0.0.1:{server.server_port}"'))
        try:
            yield
        finally:
            monitor.write_text(before)
            server.shutdown()
            thread.join()


def answer(**changes: Any) -> dict[str, Any]:
    site = {"id": "office", "kind": "office", "name_bn": "ক", "name_en": "a", "state": "up", "since": None}
    nothing: dict[str, Any] = {"outages": [], "tickets": [], "snmp": []}
    return {"instance": "ours", "sites": [{**site, "rtt_ms": 1.0, "loss": 0.0}], **nothing, **changes}


def ran_here(home: Path) -> None:
    """A daemon has worked in this folder, under the name 'ours'."""
    in_force.write(home / "var", InForce(str(home / "config"), {}, "ours", os.getpid(), "1", 0))


@pytest.mark.parametrize("said", [[], "no", {"sites": 3}, {"status": "ok"}, answer(instance="another's")])
@pytest.mark.parametrize("form", [[], ["--json"]])
def test_a_stranger_on_the_port_is_no_daemon_of_ours(home: Path, desk: Desk, said: object, form: list[str]) -> None:
    ran_here(home)
    with listening(home, said):
        done = typed(home, "status", *form)
    assert done.returncode == 3
    assert ('"running": false' if form else "The daemon does not answer") in done.stdout


def test_our_own_daemon_is_believed_and_a_refused_configuration_is_told(home: Path, desk: Desk) -> None:
    ran_here(home)
    refused = {"accepted": "2026-11-26T10:00:00+00:00", "refused": "config/sites.toml:41, sites.udc-juniadaha.parent"}
    with listening(home, answer(configuration=refused)):
        done = typed(home, "status")
    assert done.returncode == 0
    said = " ".join(done.stdout.split())
    assert "The configuration on disk was refused: config/sites.toml:41, sites.udc-juniadaha.parent" in said


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"clock_suspect": True}, "clock is not trusted"),
        ({"store_readable": False}, "The database does not answer"),
        ({"mail": {"officers_confirmed": False, "wrong": []}}, "the officers in charter.toml are not confirmed"),
    ],
)
def test_what_is_wrong_with_the_monitor_itself_is_told(
    home: Path, desk: Desk, wrong: dict[str, Any], told: str
) -> None:
    ran_here(home)
    with listening(home, answer(**wrong)):
        assert told in typed(home, "status").stdout
    with listening(home, answer()):
        assert told not in typed(home, "status").stdout


@pytest.mark.parametrize("words", [["status"], ["tickets"], ["outages"], ["ticket", "show", "BHR-2026-000001"]])
def test_a_half_edited_file_blocks_no_question(home: Path, desk: Desk, words: list[str]) -> None:

    sources: dict[str, bytes] = {}
    load(home / "config", sources)
    files = in_force.without_secrets(sources)
    in_force.write(home / "var", InForce(str(home / "config"), files, "ours", os.getpid(), "1", 0))
    (home / "config" / "sites.toml").write_text("[sites.udc-")
    (home / "config" / "monitor.toml").write_text("[probing\n")
    done = typed(home, *words)
    assert done.returncode == (3 if words == ["status"] else 0)
    assert "BHR-2026-000001" in done.stdout
    assert "The last configuration that the daemon accepted is used" in done.stderr


@pytest.mark.parametrize("sites", [None, 5, "x", [5], [[]], [{"id": []}], [{}]], ids=str)
def test_an_answer_in_another_shape_is_not_ours(home: Path, sites: object) -> None:
    assert not is_ours({"instance": "x", "sites": sites}, load(home / "config"))


def test_what_is_wrong_with_the_mail_is_said_in_the_language_of_the_run(home: Path, desk: Desk) -> None:
    ran_here(home)
    mail = {
        "late": True,
        "late_s": 7_200,
        "missed": {"morning": True},
        "away": {},
        "officers_confirmed": True,
        "wrong": [],
    }
    outbox = {"owed": 3, "oldest_due": None, "dead": 0, "faulty": 0, "sent": 0}
    with listening(home, answer(mail=mail, outbox=outbox)):
        english, bangla = (typed(home, "--lang", lang, "status").stdout for lang in ("en", "bn"))

    assert "Mail: 3 letters are pending, the oldest for 2 hours" in english
    assert "Mail: the morning brief has not been sent" in english
    assert "৩টি চিঠি অপেক্ষমাণ, সবচেয়ে পুরোনোটি ২ ঘণ্টা ধরে" in bangla


def test_a_daemon_of_before_says_what_is_wrong_with_the_mail_in_english(home: Path, desk: Desk) -> None:
    ran_here(home)
    with listening(home, answer(mail={"officers_confirmed": True, "wrong": ["3 notices wait"]})):
        assert "3 notices wait" in typed(home, "--lang", "bn", "status").stdout


def test_sites_stand_by_their_names_within_a_state(home: Path, desk: Desk) -> None:
    ran_here(home)
    site = answer()["sites"][0]
    names = [("\u0995\u0982", "b"), ("\u0995\u0995", "a"), ("\u0985", "C")]  # kong, kok, o
    sites = [{**site, "id": f"site-{number}", "name_bn": bn, "name_en": en} for number, (bn, en) in enumerate(names)]
    with listening(home, answer(sites=sites)):
        english, bangla = (typed(home, "--lang", lang, "status", "--all").stdout for lang in ("en", "bn"))

    assert re.findall(r"site-\d", english) == ["site-1", "site-0", "site-2"]
    assert re.findall(r"site-\d", bangla) == ["site-2", "site-0", "site-1"]


def test_a_command_loads_nothing_of_the_server(home: Path, desk: Desk) -> None:
    loaded = subprocess.run(
        command(home, "status"), env={**os.environ, "PYTHONPROFILEIMPORTTIME": "1"}, capture_output=True, text=True
    ).stderr
    assert "monitor.reports.status_document" in loaded
    assert [each for each in ("fastapi", "starlette", "uvicorn", "icalendar", "argon2") if f" {each}\n" in loaded] == []
