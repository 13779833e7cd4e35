"""Requests with hard limits, against servers on loopback that keep none."""

import ssl
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from monitor.alerts.helpdesks.base import DeskRefused, DeskUnavailable
from monitor.alerts.helpdesks.rest import Access
from monitor.net.deadline import Cancellation
from monitor.settings.secrets import Secret
from tests.lab.desks import TOKEN, Misbehaviour
from tests.lab.mail import Certificate
from tests.lab.waiting import patient
from tests.lab.zammad import Zammad
from tests.net.bad_servers import page, says
from tests.net.bad_servers import server as bad_server

SHORT_S, AMPLE_S = 0.6, 20.0  # for what never ends; for what does, on a machine however busy


@pytest.fixture
def desk() -> Iterator[Zammad]:
    with Zammad() as running:
        yield running


def access(
    url: str,
    *,
    token: str = TOKEN,
    ca_file: Path | None = None,
    cancellation: Cancellation | None = None,
    timeout_s: float = AMPLE_S,
) -> Access:
    return Access(url, "Service Desk", "", Secret(token), ca_file, timeout_s, cancellation or Cancellation())


def ask(desk: Zammad, token: str = TOKEN, timeout_s: float = AMPLE_S) -> object:
    return access(desk.url, token=token, timeout_s=timeout_s).rest("/api/v1", "Token token=").get("/users/me")


@pytest.mark.parametrize("how", ["mute", "drip", "drip headers"])
def test_no_request_takes_longer_than_its_deadline_however_it_drips(desk: Zammad, how: Misbehaviour) -> None:
    desk.misbehave(how)
    started_s = time.monotonic()
    with pytest.raises(DeskUnavailable, match=r"GET /users/me: no whole answer within 0\.6 s"):
        ask(desk, timeout_s=SHORT_S)
    assert time.monotonic() - started_s < patient(3 * SHORT_S)


def test_a_body_without_end_is_left_after_a_mebibyte(desk: Zammad) -> None:
    desk.misbehave("huge")
    with pytest.raises(DeskRefused, match="longer than 1024 KiB"):
        ask(desk)


def test_what_is_packed_small_does_not_grow_large(desk: Zammad) -> None:
    desk.misbehave("packed")
    with pytest.raises(DeskRefused, match="longer than 1024 KiB"):
        ask(desk)
    assert desk.requests[-1].headers["Accept-Encoding"] == "identity"


def test_nobody_sends_us_elsewhere(desk: Zammad) -> None:
    desk.misbehave("redirect")
    with pytest.raises(DeskRefused, match=r"redirects us \(302\)") as caught:
        ask(desk)
    assert caught.value.to_all


def test_a_front_page_is_no_answer(desk: Zammad) -> None:
    desk.misbehave("no json")
    with pytest.raises(DeskRefused, match=r"no JSON\. Is the address that of the help desk"):
        ask(desk)


@pytest.mark.parametrize(("how", "away"), [("503", True), ("500", False), ("cut", True)])
def test_out_of_order_is_told_from_no(desk: Zammad, how: Misbehaviour, away: bool) -> None:
    desk.misbehave(how)
    with pytest.raises(DeskUnavailable if away else DeskRefused):
        ask(desk)


def test_nobody_there_is_said_in_few_words(desk: Zammad) -> None:
    desk.go_away()
    with pytest.raises(DeskUnavailable, match=r"^GET /users/me: connection refused$"):
        ask(desk)


def test_a_token_stands_in_no_error(desk: Zammad) -> None:
    wrong = "wrong-token-51c2"
    with pytest.raises(DeskRefused, match="401 Invalid token!") as caught:
        ask(desk, wrong)
    assert caught.value.to_all
    assert wrong not in repr(caught.value) + repr(access(desk.url, token=wrong))


def test_a_server_that_repeats_the_token_does_not_bring_it_into_an_error(desk: Zammad) -> None:
    desk.misbehave("parrot")
    with pytest.raises(DeskRefused, match=r"403 no right: \*\*\*$"):
        ask(desk)


def test_a_server_that_repeats_a_password_in_the_clear_does_not_bring_it_into_an_error() -> None:
    told = b'{"error": "karim:canary-of-desk is no login, and canary-of-app no key"}'
    with bad_server(says(page(told, status="403 Forbidden"))) as server:
        further = {"app_token_file": Secret("canary-of-app")}
        own = Access(server.url(""), "", "karim", Secret("canary-of-desk"), None, 5, further=further)
        with pytest.raises(DeskRefused, match=r"403 karim:\*\*\* is no login, and \*\*\* no key$"):
            own.rest("/api/v1", "Token token=").get("/users/me")


def test_neither_proxy_nor_netrc_gets_to_see_it(desk: Zammad, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login somebody password else\n")
    monkeypatch.setenv("NETRC", str(netrc))
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    monkeypatch.delenv("no_proxy", raising=False)
    ask(desk)
    assert desk.requests[-1].headers["Authorization"] == f"Token token={TOKEN}"


def test_with_a_user_the_secret_is_a_password(desk: Zammad) -> None:
    own = Access(desk.url, "", "karim", Secret("p"), None, AMPLE_S)
    with pytest.raises(DeskRefused):
        own.rest("/api/v1", "Token token=").get("/users/me")
    assert desk.requests[-1].headers["Authorization"] == "Basic a2FyaW06cA=="


def test_only_a_certificate_that_we_were_told_of_is_believed(desk: Zammad, tmp_path: Path) -> None:
    certificate = Certificate.made_in(tmp_path, "127.0.0.1")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate.certificate, certificate.key)
    assert desk._server is not None
    desk._server.socket = context.wrap_socket(desk._server.socket, server_side=True)
    url = desk.url.replace("http:", "https:")
    with pytest.raises(DeskUnavailable, match="certificate: self-signed certificate"):
        access(url).rest("/api/v1", "Token token=").get("/users/me")
    with pytest.raises(DeskUnavailable, match="nowhere: No such file"):
        access(url, ca_file=tmp_path / "nowhere").rest("/api/v1", "Token token=").get("/users/me")
    own = access(url, ca_file=certificate.certificate).rest("/api/v1", "Token token=")
    assert own.get("/users/me")["login"] == "monitor"
    # Behind TLS the deadline holds as well.
    desk.misbehave("drip headers")
    hurried = access(url, ca_file=certificate.certificate, timeout_s=SHORT_S).rest("/api/v1", "Token token=")
    with pytest.raises(DeskUnavailable, match=r"no whole answer within 0\.6 s"):
        hurried.get("/users/me")


def test_who_stops_does_not_wait_for_an_answer(desk: Zammad) -> None:
    cancellation = Cancellation()
    unhurried = Access(desk.url, "", "", Secret(TOKEN), None, 60, cancellation).rest("/api/v1", "Token token=")
    cancellation.cancel()
    started_s = time.monotonic()
    desk.misbehave("mute")
    with pytest.raises(DeskUnavailable):
        unhurried.get("/users/me")
    assert time.monotonic() - started_s < patient(5)
