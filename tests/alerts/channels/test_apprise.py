"""Apprise in a process of its own: a real webhook gets the letter, and no gateway holds the worker up."""

import json
import sys
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from monitor.alerts.channels import apprise
from monitor.alerts.channels.apprise import AppriseChannel, AppriseRecipient
from monitor.alerts.channels.base import Recipient, Rendered, TemporaryFailure
from tests.alerts.channels.mails import letter
from tests.lab.waiting import patient

WORDS = Rendered("[BHR-2026-000001] জুনিয়াদহ ৪ ঘণ্টা বিচ্ছিন্ন", "text", "<p>html</p>", "জুনিয়াদহ: বিচ্ছিন্ন\nJuniadaha: down")


class Hook(ThreadingHTTPServer):
    """A webhook that keeps what it gets, and answers late or badly when told to."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.got: list[dict[str, Any]] = []
        self.status, self.pause_s = 200, 0.0


class _Handler(BaseHTTPRequestHandler):
    server: Hook

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        time.sleep(self.server.pause_s)
        self.server.got.append(json.loads(body))
        self.send_response(self.server.status)
        self.end_headers()

    def log_message(self, *words: object) -> None:
        """Says nothing."""


@pytest.fixture
def hook() -> Iterator[Hook]:
    with Hook() as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()


def recipient(tmp_path: Path, url: str, timeout_s: float = 20) -> Recipient:
    (tmp_path / "phone").write_text(f"{url}\n")
    return Recipient("Duty phone", "phone", "both", timeout_s)


def test_a_webhook_gets_the_gist_in_the_readers_language(hook: Hook, tmp_path: Path) -> None:
    to = recipient(tmp_path, f"json://127.0.0.1:{hook.server_port}/")
    assert AppriseChannel(tmp_path).deliver(letter(), to, WORDS) == "accepted through Apprise"
    (got,) = hook.got
    assert got["title"] == WORDS.subject
    assert got["message"] == WORDS.short
    assert got["type"] == "failure"


def test_a_gateway_that_refuses_is_tried_again_later(hook: Hook, tmp_path: Path) -> None:
    hook.status = 503
    with pytest.raises(TemporaryFailure, match="could not deliver"):
        AppriseChannel(tmp_path).deliver(letter(), recipient(tmp_path, f"json://127.0.0.1:{hook.server_port}/"), WORDS)


def test_a_gateway_that_does_not_answer_is_left_at_the_deadline(hook: Hook, tmp_path: Path) -> None:
    hook.pause_s = 30
    to = recipient(tmp_path, f"json://127.0.0.1:{hook.server_port}/", timeout_s=2)
    begun = time.monotonic()
    with pytest.raises(TemporaryFailure, match="no answer within 2 s"):
        AppriseChannel(tmp_path).deliver(letter(), to, WORDS)
    assert time.monotonic() - begun < patient(5)


def test_a_url_of_no_service_is_tried_again_and_is_not_told(tmp_path: Path) -> None:
    with pytest.raises(TemporaryFailure, match="no such service") as caught:
        AppriseChannel(tmp_path).deliver(letter(), recipient(tmp_path, "nonsense://very-secret-token/"), WORDS)
    assert "very-secret-token" not in str(caught.value)


def test_a_missing_file_is_named_and_tried_again(tmp_path: Path) -> None:
    with pytest.raises(TemporaryFailure, match="url_file: cannot be read"):
        AppriseChannel(tmp_path).deliver(letter(), Recipient("x", "phone"), WORDS)


WITHOUT_APPRISE = """
import sys
sys.modules["apprise"] = None  # what a wheel without the extra is like
from monitor.alerts.channels.apprise import main
sys.exit(main())
"""


def test_without_the_package_the_letter_waits_and_the_way_to_it_is_named(
    hook: Hook, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(apprise, "COMMAND", [sys.executable, "-P", "-c", WITHOUT_APPRISE])

    with pytest.raises(TemporaryFailure, match=r"pip install 'upazila-monitor\[apprise\]'"):
        AppriseChannel(tmp_path).deliver(letter(), recipient(tmp_path, f"json://127.0.0.1:{hook.server_port}/"), WORDS)

    assert hook.got == []


def test_a_recipient_without_the_package_is_a_fault_for_check(monkeypatch: pytest.MonkeyPatch) -> None:
    entry = AppriseRecipient(url_file=Path("/nowhere"))
    assert list(entry.faults()) == []

    monkeypatch.setattr(apprise, "find_spec", lambda name: None)

    assert [str(fault) for fault in entry.faults()] == [
        "this needs the package apprise. Expected: pip install 'upazila-monitor[apprise]'"
    ]
