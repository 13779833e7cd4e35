"""Short messages through a real web server that plays a gateway, and through gammu with its dummy modem."""

import re
import socket
import subprocess
import time
from dataclasses import replace
from pathlib import Path
from threading import Timer
from typing import Any

import pytest
from pydantic import ValidationError
from sqlalchemy import select

from monitor.alerts.channels.base import (
    ChannelUnavailable,
    DeliveryFailure,
    Line,
    PermanentFailure,
    Recipient,
    Rendered,
    TemporaryFailure,
)
from monitor.alerts.channels.registry import channels_of
from monitor.alerts.channels.sms import SmsChannel, SmsRecipient, SmsSection
from monitor.alerts.notices.deliver import deliver_next
from monitor.domain.notice_kinds import NoticeKind
from monitor.domain.short_message import is_gsm, parts
from monitor.store.models import Notice
from tests.alerts.channels.mails import letter
from tests.desk import Desk
from tests.lab.sms_gateway import SmsGateway
from tests.lab.waiting import patient
from tests.net.bad_servers import server as bad_server

BANGLA = Line("BHR-2026-000001 ", "জুনিয়াদহ ইউনিয়ন ডিজিটাল সেন্টার", ": সংযোগ নেই, সময় ছিল ২৪/১১ ১৭:০০")
ENGLISH = Line("BHR-2026-000001 ", "Juniadaha", ": down, was due 24/11 17:00")
PHONE = "+8801711000000"
SECRET = "k3y & secret/+"
FIELDS = {"to": "{number}", "msg": "{text}"}


def words(line: Line) -> Rendered:
    return Rendered("subject", "text", "<p>html</p>", "short", line)


def to(timeout_s: float = 10) -> Recipient:
    return Recipient("Duty phone", PHONE, "bn", timeout_s)


def section(url: str, /, **more: Any) -> SmsSection:
    given = {"url": url, "fields": FIELDS, "success": "Submitted"}
    return SmsSection.model_validate({"http": {**given, **more}})


def sent(gateway: SmsGateway, home: Path, line: Line = BANGLA, timeout_s: float = 10, **more: Any) -> str:
    (home / "key").write_text(f"{SECRET}\n")
    return SmsChannel(section(gateway.url, **more), home).deliver(letter(), to(timeout_s), words(line))


EVERYTHING = {
    "key": "{key}",
    "to": "{number}",
    "plus": "{e164}",
    "dialled": "{local}",
    "msg": "{text}",
    "type": "{coding}",
}
FILLED = {"key": SECRET, "to": "8801711000000", "plus": PHONE, "dialled": "01711000000", "msg": str(BANGLA)}


@pytest.mark.parametrize(("send_as", "method"), [("query", "GET"), ("form", "POST"), ("json", "POST")])
def test_a_gateway_gets_its_template_filled_in(send_as: str, method: str, tmp_path: Path) -> None:
    with SmsGateway() as gateway:
        proof = sent(gateway, tmp_path, send_as=send_as, fields=EVERYTHING, secret_files={"key": "key"})
        english = sent(gateway, tmp_path, ENGLISH, send_as=send_as, fields=EVERYTHING, secret_files={"key": "key"})

    assert [asked.method for asked in gateway.asked] == [method] * 2
    assert gateway.asked[0].path == "/api/send"
    assert gateway.asked[0].fields == {**FILLED, "type": "unicode"}
    assert gateway.asked[1].fields["type"] == "text"
    # The proof holds what the gateway said and what the message cost.
    assert re.fullmatch(r"200 \{.*SMS Submitted Successfully.*\} \(2 parts, UCS-2\)", proof)
    assert english.endswith("(1 part, GSM)")


def test_json_may_be_as_deep_as_the_gateway_wants_it(tmp_path: Path) -> None:
    nested = {"messages": [{"destinations": [{"to": "{number}"}], "text": "{text}", "flash": False, "ttl": 60}]}
    headers = {"Authorization": "App {key}"}
    with SmsGateway() as gateway:
        sent(gateway, tmp_path, send_as="json", fields=nested, headers=headers, secret_files={"key": "key"})

    (asked,) = gateway.asked
    message = {"destinations": [{"to": "8801711000000"}], "text": str(BANGLA), "flash": False, "ttl": 60}
    assert asked.fields == {"messages": [message]}
    assert asked.headers["Authorization"] == f"App {SECRET}"


def test_a_notice_that_is_tried_again_bears_the_same_id(tmp_path: Path) -> None:
    fields = {"to": "{number}", "msg": "{text}", "ref": "{id}"}
    with SmsGateway(answer="busy") as gateway:
        for _ in range(2):
            with pytest.raises(TemporaryFailure):
                sent(gateway, tmp_path, fields=fields)

    assert [asked.fields["ref"] for asked in gateway.asked] == ["BHR-2026-000001.opened.responsible"] * 2


def test_what_is_filled_in_is_not_looked_at_again(tmp_path: Path) -> None:
    odd = Line("", "{key} & {number} 100%", "")
    with SmsGateway() as gateway:
        sent(gateway, tmp_path, odd, fields={"to": "{number}", "msg": "{text} {key}"}, secret_files={"key": "key"})

    assert gateway.asked[0].fields["msg"] == f"{{key}} & {{number}} 100% {SECRET}"


@pytest.mark.parametrize(
    ("status", "answer", "more", "failure"),
    [
        (200, "Submitted", {}, None),
        (200, "জমা হয়েছে", {"success": "জমা হয়েছে"}, None),
        (200, "anything", {"success": ""}, None),
        (299, "Submitted", {"status": (299,)}, None),
        (503, "Submitted", {"status": (503,)}, None),
        (200, "Error 1007: balance insufficient", {}, TemporaryFailure),
        (201, "Submitted", {"status": (200,)}, TemporaryFailure),
        (400, "Submitted", {}, TemporaryFailure),
        (200, "invalid number", {"refused": ("invalid number",)}, PermanentFailure),
        (400, "invalid number", {"refused": ("invalid number",)}, PermanentFailure),
        (401, "wrong key", {}, ChannelUnavailable),
        (402, "no money", {}, ChannelUnavailable),
        (429, "too many", {}, ChannelUnavailable),
        (500, "Submitted", {}, ChannelUnavailable),
        (503, "invalid number", {"refused": ("invalid number",)}, ChannelUnavailable),
    ],
)
def test_an_answer_is_judged_by_its_status_and_its_words(
    status: int, answer: str, more: dict[str, Any], failure: type[DeliveryFailure] | None, tmp_path: Path
) -> None:
    with SmsGateway(status, answer) as gateway:
        if failure is None:
            assert answer in sent(gateway, tmp_path, **more)
            return
        with pytest.raises(failure) as caught:
            sent(gateway, tmp_path, **more)

    assert type(caught.value) is failure
    assert f"{status} {answer}" in str(caught.value)


def test_no_redirect_is_followed(tmp_path: Path) -> None:
    with SmsGateway() as elsewhere, SmsGateway(302, headers={"Location": elsewhere.url}) as gateway:
        with pytest.raises(ChannelUnavailable, match="302"):
            sent(gateway, tmp_path)

        assert (len(gateway.asked), elsewhere.asked) == (1, [])


@pytest.mark.parametrize("send_as", ["query", "form", "json"])
def test_a_secret_is_never_told_whatever_becomes_of_the_message(send_as: str, tmp_path: Path) -> None:
    more: dict[str, Any] = {"send_as": send_as, "fields": EVERYTHING, "secret_files": {"key": "key"}}
    echoes = f"Submitted with {SECRET}, k3y%20%26%20secret/%2B and k3y+%26+secret%2F%2B"
    with SmsGateway(answer=echoes) as gateway:
        said = [sent(gateway, tmp_path, **more)]
        for gateway.status, gateway.answer in ((500, echoes), (200, f"refused: {SECRET}")):
            with pytest.raises(DeliveryFailure) as caught:
                sent(gateway, tmp_path, **more)
            said.append(str(caught.value))
        gateway.pause_s = 1
        with pytest.raises(ChannelUnavailable) as late:
            sent(gateway, tmp_path, timeout_s=0.3, **more)
        said.append(str(late.value))
    with pytest.raises(ChannelUnavailable) as nobody:
        sent(gateway, tmp_path, **more)
    said.append(str(nobody.value))

    assert not [each for each in said if "secret" in each.replace("secret_files", "")]


def test_a_secret_is_not_told_by_what_is_no_web_server_and_repeats_the_request(tmp_path: Path) -> None:
    def repeats(connection: socket.socket, path: str) -> None:
        connection.sendall(f"ERR {path}\r\n".encode())

    (tmp_path / "key").write_text("canary\n")
    more: dict[str, Any] = {"send_as": "query", "fields": {"k": "{key}", **FIELDS}, "secret_files": {"key": "key"}}
    with bad_server(repeats) as server:
        channel = SmsChannel(section(server.url("/"), **more), tmp_path)
        with pytest.raises(ChannelUnavailable, match="no HTTP") as caught:
            channel.deliver(letter(), to(), words(BANGLA))
    assert "ERR /?k=***" in str(caught.value)


def test_a_gateway_that_is_late_is_left_in_time_and_the_program_that_stops_does_not_wait(tmp_path: Path) -> None:
    with SmsGateway(pause_s=3) as gateway:
        begun_s = time.monotonic()
        with pytest.raises(ChannelUnavailable, match=r"no whole answer within 0\.3 s"):
            sent(gateway, tmp_path, timeout_s=0.3)
        channel = SmsChannel(section(gateway.url), tmp_path)
        Timer(0.3, channel.abort).start()
        with pytest.raises(ChannelUnavailable):
            channel.deliver(letter(), to(60), words(BANGLA))

        assert time.monotonic() - begun_s < patient(2)


def test_without_its_secret_the_channel_is_away(tmp_path: Path) -> None:
    channel = SmsChannel(section("http://127.0.0.1:1/", fields=EVERYTHING, secret_files={"key": "nosuch"}), tmp_path)
    with pytest.raises(ChannelUnavailable, match=r"channels\.sms\.http\.secret_files\.key: cannot be read"):
        channel.deliver(letter(), to(), words(BANGLA))


def test_a_long_notice_costs_no_more_than_the_office_allows(tmp_path: Path) -> None:
    long = Line(BANGLA.before, "বাহাদুরপুর মাধ্যমিক বিদ্যালয়, কম্পিউটার ল্যাব " * 9, BANGLA.after)
    with SmsGateway() as gateway:
        for most in (1, 2, 3):
            made = SmsSection.model_validate({"most_parts": most, "http": section(gateway.url).http})
            assert f"({most} part" in SmsChannel(made, tmp_path).deliver(letter(), to(), words(long))

    for asked in gateway.asked:
        assert asked.fields["msg"].startswith("BHR-2026-000001 বাহাদুরপুর")
        assert asked.fields["msg"].endswith("…: সংযোগ নেই, সময় ছিল ২৪/১১ ১৭:০০")


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ({"url": "https://example.org/?key=1"}, "'url' carries more than an address"),
        ({"url": "https://user:pass@example.org/"}, "'url' carries more than an address"),
        ({"url": "ftp://example.org/"}, "Expected http://… or https://…"),
        ({"url": "http://example.org/"}, "over http:// the secret would travel in the clear"),
        ({"fields": {"to": "{number}", "msg": "{txet}"}}, "no blank 'txet'. Did you mean 'text'?"),
        ({"fields": {"to": "{number}"}}, "the message itself is missing"),
        ({"fields": {"msg": "{text}"}}, "the message itself is missing"),
        ({"fields": {"a": [{"to": "{number}", "msg": "{text}"}]}}, "'fields.a' is no text or number"),
        ({"headers": {"X-Message": "{text}"}}, "'headers' cannot carry the message"),
        ({"headers": {"X: Y": "z"}}, "the name of a header"),
    ],
)
def test_a_template_that_cannot_work_is_refused(more: dict[str, Any], expected: str) -> None:
    with pytest.raises(ValidationError, match=re.escape(expected)):
        section("https://example.org/", **more)


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("+8801711000000", PHONE),
        ("01711-000000", PHONE),
        ("০১৭১১০০০০০০", PHONE),
        ("+44 20 7946 0958", "+442079460958"),
        ("1711000000", ""),
        ("+88017", ""),
        ("+880171100000x", ""),
        ("", ""),
    ],
)
def test_a_telephone_number_is_kept_with_its_country(typed: str, kept: str) -> None:
    if kept:
        assert SmsRecipient(phone=typed).address == kept
        return
    with pytest.raises(ValidationError, match="is no telephone number"):
        SmsRecipient(phone=typed)


@pytest.fixture
def modem(tmp_path: Path) -> SmsSection:
    """gammu's own dummy: a modem that is a folder."""
    (tmp_path / "modem").mkdir()
    config = tmp_path / "gammurc"
    config.write_text(f"[gammu]\nmodel = dummy\nconnection = none\ndevice = {tmp_path / 'modem'}\n")
    return SmsSection.model_validate({"most_parts": 5, "gammu": {"config_file": config}})


@pytest.mark.parametrize(
    "text",
    ["a" * 160, "a" * 161, "€" * 81, "a{b}", "ক" * 70, "ক" * 71, "ক" * 135, str(BANGLA), str(ENGLISH), "😀" * 36],
)
def test_a_modem_sends_as_many_parts_as_were_counted(text: str, modem: SmsSection, tmp_path: Path) -> None:
    proof = SmsChannel(modem, tmp_path).deliver(letter(), to(), words(Line("", "", text)))

    count = parts(text)
    coding = "GSM" if is_gsm(text) else "UCS-2"
    assert proof == f"OK, message reference=255 from gammu ({count} part{'s'[: count != 1]}, {coding})"


def recording(tmp_path: Path, then: str) -> Path:
    """A program in gammu's place that notes what it is asked, and does ``then``."""
    program = tmp_path / "recording"
    program.write_text(f'#!/bin/sh\nprintf "%s\\n" "$@" >{tmp_path}/asked\ntee {tmp_path}/text | {then}\n')
    program.chmod(0o755)
    return program


def test_a_modem_gets_the_text_by_a_pipe_and_the_number_with_its_country(modem: SmsSection, tmp_path: Path) -> None:
    assert modem.gammu is not None
    gammu = modem.gammu.model_copy(update={"program": recording(tmp_path, 'gammu "$@"')})
    SmsChannel(SmsSection(gammu=gammu), tmp_path).deliver(letter(), to(), words(BANGLA))

    assert (tmp_path / "text").read_text() == str(BANGLA)
    asked = (tmp_path / "asked").read_text().split()
    assert asked[:5] == ["-c", str(gammu.config_file), "sendsms", "TEXT", PHONE]
    assert "-unicode" in asked
    # gammu itself, given the same, keeps the same text.
    kept = ["gammu", "-c", str(gammu.config_file)]
    saving = [*kept, "savesms", "TEXT", *asked[5:]]
    subprocess.run(saving, input=str(BANGLA).encode(), env={"LC_ALL": "C.UTF-8"}, check=True, capture_output=True)
    found = subprocess.run([*kept, "geteachsms"], env={"LC_ALL": "C.UTF-8"}, check=True, capture_output=True)
    assert str(BANGLA) in found.stdout.decode()


def test_a_modem_that_is_not_there_keeps_all_messages_waiting(tmp_path: Path) -> None:
    config = tmp_path / "gammurc"
    config.write_text("[gammu]\nconnection = at115200\ndevice = /dev/nosuch\n")
    for gammu in ({"config_file": config}, {"config_file": config, "program": tmp_path / "nosuch"}):
        channel = SmsChannel(SmsSection.model_validate({"gammu": gammu}), tmp_path)
        with pytest.raises(ChannelUnavailable) as caught:
            channel.deliver(letter(), to(), words(BANGLA))
        assert re.search("Error opening device, it doesn't exist|no such file or directory", str(caught.value))


@pytest.mark.parametrize(
    ("then", "failure", "why"),
    [
        ("(echo 'Sending SMS 1/1....error 21, message reference=-1'; exit 1)", TemporaryFailure, "error 21"),
        ("echo 'Sending SMS 1/2..OK, message reference=7'; echo; echo 'Sending SMS 2/2..'", TemporaryFailure, "2/2"),
        ("true", ChannelUnavailable, "exit code 0"),
        ("exec sleep 60", ChannelUnavailable, "not done within"),
    ],
)
def test_a_modem_that_fails_is_told_from_a_message_that_is_refused(
    then: str, failure: type[DeliveryFailure], why: str, modem: SmsSection, tmp_path: Path
) -> None:
    assert modem.gammu is not None
    program = tmp_path / "failing"
    program.write_text(f"#!/bin/sh\n{then}\n")
    program.chmod(0o755)
    channel = SmsChannel(SmsSection(gammu=modem.gammu.model_copy(update={"program": program})), tmp_path)
    begun_s = time.monotonic()
    with pytest.raises(failure, match=why) as caught:
        channel.deliver(letter(), to(1 if "sleep" in then else 20), words(BANGLA))

    assert type(caught.value) is failure
    assert time.monotonic() - begun_s < patient(20)


def test_a_modem_is_not_waited_for_when_the_program_stops(tmp_path: Path) -> None:
    program = tmp_path / "slow"
    program.write_text("#!/bin/sh\nexec sleep 60\n")
    program.chmod(0o755)
    channel = SmsChannel(SmsSection.model_validate({"gammu": {"program": program}}), tmp_path)
    Timer(0.3, channel.abort).start()
    begun_s = time.monotonic()
    for _ in range(2):
        with pytest.raises(DeliveryFailure):
            channel.deliver(letter(), to(60), words(BANGLA))

    assert time.monotonic() - begun_s < patient(10)


def test_what_keeps_a_modem_from_working_is_told_beforehand(modem: SmsSection, tmp_path: Path) -> None:
    nothing = SmsSection.model_validate({"gammu": {"config_file": "nosuch", "program": "nosuch"}})
    assert list(modem.faults(tmp_path)) == []
    program, config = map(str, nothing.faults(tmp_path))
    assert "apt-get install gammu" in program
    assert f"{tmp_path / 'nosuch'} is not there" in config


def test_an_outage_reaches_a_telephone_and_the_outbox_keeps_the_gateways_word(desk: Desk, tmp_path: Path) -> None:
    with SmsGateway() as gateway:
        phone = SmsRecipient(phone=PHONE, kinds=(NoticeKind.OPENED,))
        desk.office = replace(desk.office, recipients={"phone": phone}, channels={"sms": section(gateway.url)})
        channel = channels_of(desk.office, tmp_path, tmp_path)["sms"]
        desk.goes_down("udc-juniadaha")
        desk.wait(days=2)
        desk.look()
        gateway.status = 503
        assert deliver_next(desk.store, desk.office, "sms", channel, desk.clock) == "away"
        gateway.status = 200
        assert deliver_next(desk.store, desk.office, "sms", channel, desk.clock) == "done"
        assert deliver_next(desk.store, desk.office, "sms", channel, desk.clock) == "idle"

    number = desk.tickets()[0][0]
    message = gateway.asked[-1].fields["msg"]
    assert message.startswith(f"{number} জুনিয়াদহ")
    assert re.search(r": সংযোগ নেই, সময় ছিল [০-৯]{2}/[০-৯]{2} [০-৯:]+$", message)
    with desk.store.read() as session:
        (notice,) = session.scalars(select(Notice).where(Notice.channel == "sms"))
        assert notice.proof.endswith("(2 parts, UCS-2)")
