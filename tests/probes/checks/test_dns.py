"""A name server is believed when it answers our question, and nobody else is. Servers play on loopback."""

import socket
import struct
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress

import dns.flags
import dns.message
import dns.rcode
import dns.rrset
import pytest

from monitor.net.deadline import Deadline
from monitor.probes.checks import dns as checking
from monitor.probes.checks.base import Outcome
from monitor.probes.checks.checks import outcome_of
from monitor.probes.checks.dns import DnsCheck
from monitor.probes.checks.resolv_conf import ResolvConf
from tests.lab.waiting import patient
from tests.told import words

HOST, OTHER = "127.0.0.1", "127.0.0.2"
Send = Callable[[bytes], None]
Answering = Callable[[dns.message.Message, Send, Send], None]
"""(question, to the asker, to the asker from another address)."""


def _to(line: socket.socket, asker: tuple[str, int]) -> Send:
    def send(found: bytes) -> None:
        line.sendto(found, asker)

    return send


def bound(host: str, port: int) -> tuple[socket.socket, socket.socket, socket.socket]:
    """Sockets over UDP, over UDP at the other address, and over TCP, of one port that is free for all of them."""
    for tries in range(20, -1, -1):
        with ExitStack() as stack:
            own, other = (stack.enter_context(socket.socket(socket.AF_INET, socket.SOCK_DGRAM)) for _ in range(2))
            try:
                own.bind((host, port))
                other.bind((OTHER, own.getsockname()[1]))
                listening = socket.create_server((host, own.getsockname()[1]))
            except OSError:
                if port or not tries:
                    raise
                continue
            stack.pop_all()
            return own, other, listening
    raise AssertionError


@contextmanager
def name_server(answer: Answering, host: str = HOST, port: int = 0) -> Iterator[int]:
    """One that answers over UDP and TCP however ``answer`` will; yields its port."""
    own, other, listening = bound(host, port)
    port = own.getsockname()[1]

    def over_udp() -> None:
        with suppress(OSError):
            while True:
                asked, asker = own.recvfrom(2000)
                if not asked:
                    return  # shut down
                question = dns.message.from_wire(asked)
                answer(question, _to(own, asker), _to(other, asker))

    def over_tcp() -> None:
        with suppress(OSError):
            while True:
                connection, _ = listening.accept()
                with connection:
                    asked = connection.recv(2000)
                    question = dns.message.from_wire(asked[2:])
                    question.flags |= 1 << 4  # told from UDP by a bit that is reserved

                    def send(found: bytes, connection: socket.socket = connection) -> None:
                        connection.sendall(struct.pack(">H", len(found)) + found)

                    answer(question, send, send)

    for serve in (over_udp, over_tcp):
        threading.Thread(target=serve, daemon=True).start()
    try:
        yield port
    finally:
        for each in (own, other, listening):
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
            each.close()


def reply(
    question: dns.message.Message, *records: str, rcode: dns.rcode.Rcode = dns.rcode.NOERROR
) -> dns.message.Message:
    """A right answer; a record is 'OWNER TYPE DATA'."""
    made = dns.message.make_response(question)
    made.set_rcode(rcode)
    for record in records:
        owner, kind, data = record.split(" ", 2)
        made.answer.append(dns.rrset.from_text(owner, 60, "IN", kind, data))
    return made


def answers(*records: str, rcode: dns.rcode.Rcode = dns.rcode.NOERROR) -> Answering:
    return lambda question, send, _: send(reply(question, *records, rcode=rcode).to_wire())


def asked(port: int, name: str = "portal.example", timeout_s: float = 3, **wanted: object) -> Outcome:
    entry = {"kind": "dns", "name": name, "server": HOST, "port": port, **wanted}
    return outcome_of(DnsCheck.model_validate(entry), Deadline.after(timeout_s))


RIGHT = "portal.example. A 10.1.2.3"


@pytest.mark.parametrize("stray", ["number", "question", "garbage", "short", "empty", "not an answer", "source"])
def test_a_stray_datagram_is_passed_over(stray: str) -> None:
    def answer(question: dns.message.Message, send: Send, send_from_elsewhere: Send) -> None:
        right, wrong = reply(question, RIGHT), reply(question, "portal.example. A 10.6.6.6")
        if stray == "number":
            wrong.id ^= 1
        if stray == "question":
            wrong.question = dns.message.make_query("other.example", "A").question
        if stray == "not an answer":
            wrong.flags ^= dns.flags.QR
        wire = {"garbage": wrong.to_wire()[:40] + b"\xff" * 30, "short": b"\xff\xff\xff", "empty": b""}.get(stray)
        (send_from_elsewhere if stray == "source" else send)(wrong.to_wire() if wire is None else wire)
        time.sleep(0.05)
        send(right.to_wire())

    with name_server(answer) as port:
        found = asked(port)
    assert (words(found.reason), found.details["answers"]) == ("", ["10.1.2.3"])


def test_strays_without_end_do_not_outlast_the_deadline() -> None:
    def answer(_: dns.message.Message, send: Send, __: Send) -> None:
        for _number in range(300):
            send(b"\xff\xff\xff")
            time.sleep(0.01)

    with name_server(answer) as port:
        begun_s = time.monotonic()
        assert words(asked(port, timeout_s=0.5).reason) == "timeout"
        assert time.monotonic() - begun_s < patient(1.0)


@pytest.mark.parametrize(
    ("record", "expect", "reason"),
    [
        ('TXT "v=spf1 -all"', "v=spf1 -all", ""),
        ('TXT "v=spf1 " "-all"', "v=spf1 -all", ""),
        ('TXT "v=spf1 " "-all"', '"v=spf1 " "-all"', ""),
        ('TXT "v=spf1" "-all"', "v=spf1 -all", "answers v=spf1-all and not v=spf1 -all"),
        ('TXT "\\"quoted\\""', '"quoted"', ""),
        ('TXT "  blanks "', "blanks", ""),
        ('TXT "V=spf1 -all"', "v=spf1 -all", "answers V=spf1 -all and not v=spf1 -all"),
        ("TXT " + "".join(f"\\{byte:03}" for byte in "ভে\u09dcামারা".encode()), "ভে\u09a1\u09bcামারা", ""),
        ("MX 10 mail.example.", "10 Mail.example", ""),
        ("MX 10 mail.example.", "20 mail.example", "answers 10 mail.example. and not 20 mail.example"),
        ("CNAME web.example.", "WEB.example", ""),
        ("AAAA fd00::1", "fd00:0:0:0::1", ""),
        ("NS xn--15bxei2dmbb8e.xn--54b7fta0cc.", "ভেড়ামারা.বাংলা", ""),
        ("A 10.1.2.3", "10.1.2.4", "answers 10.1.2.3 and not 10.1.2.4"),
        ("A 10.1.2.3", "a..b", "answers 10.1.2.3 and not a..b"),
        ("A 10.1.2.3", "\u0000", "answers 10.1.2.3 and not "),
        ('TXT "\\027[2J\\226\\128\\174x"', "x", "answers [2Jx and not x"),
    ],
)
def test_a_record_is_compared_by_what_it_means(record: str, expect: str, reason: str) -> None:
    with name_server(answers(f"portal.example. {record}")) as port:
        assert words(asked(port, type=record.split(maxsplit=1)[0], expect=expect).reason) == reason


def test_an_answer_for_another_owner_is_none_and_aliases_are_followed() -> None:
    with name_server(answers("other.example. A 10.1.2.3")) as port:
        assert words(asked(port).reason) == "no A record"
    alias = "portal.example. CNAME web.example."
    with name_server(answers(alias, "web.example. CNAME host.example.", "host.example. A 10.1.2.3")) as port:
        assert words(asked(port, expect="10.1.2.3").reason) == ""
    with name_server(answers(alias, "elsewhere.example. A 10.1.2.3")) as port:
        assert words(asked(port).reason) == "no A record"
    with name_server(answers(alias, "web.example. CNAME portal.example.")) as port:
        assert asked(port).verdict == "failed"  # in a circle


def test_an_answer_that_is_cut_short_is_asked_for_over_tcp() -> None:
    def answer(question: dns.message.Message, send: Send, _: Send) -> None:
        made = reply(question, RIGHT)
        if question.flags & 1 << 4:
            send(made.to_wire())
        else:
            made.flags |= dns.flags.TC
            send(made.to_wire()[:-3])  # the last record is cut in the middle

    with name_server(answer) as port:
        assert words(asked(port, expect="10.1.2.3").reason) == ""


def test_a_tcp_answer_that_drips_is_left_at_the_deadline() -> None:
    def answer(question: dns.message.Message, send: Send, _: Send) -> None:
        made = reply(question, RIGHT)
        made.flags |= dns.flags.TC
        if question.flags & 1 << 4:
            time.sleep(3)
        else:
            send(made.to_wire())

    with name_server(answer) as port:
        begun_s = time.monotonic()
        assert words(asked(port, timeout_s=0.5).reason) == "timeout"
        assert time.monotonic() - begun_s < patient(1.0)


@pytest.mark.parametrize("first", ["silent", "closed", "SERVFAIL", "REFUSED", "NOTIMP", "FORMERR"])
def test_the_next_server_is_asked_when_one_is_no_help(first: str) -> None:
    def no_help(question: dns.message.Message, send: Send, _: Send) -> None:
        if first != "silent":
            send(reply(question, rcode=dns.rcode.from_text(first)).to_wire())

    with name_server(answers(RIGHT), "127.0.0.4") as port:
        machine = ResolvConf(("127.0.0.3", "127.0.0.4"), timeout_s=5)
        question = dns.message.make_query("portal.example", "A")
        if first == "closed":
            found = checking.ask(question, machine, port, Deadline.after(1))
        else:
            with _also(no_help, "127.0.0.3", port):
                found = checking.ask(question, machine, port, Deadline.after(1))
    assert found.server == "127.0.0.4"


def test_if_no_server_helps_the_refusal_is_told_and_no_such_name_is_final() -> None:
    asked_second: list[str] = []

    def second(question: dns.message.Message, send: Send, _: Send) -> None:
        asked_second.append(str(question.question[0].name))
        send(reply(question, rcode=dns.rcode.REFUSED).to_wire())

    machine = ResolvConf(("127.0.0.3", "127.0.0.4"), timeout_s=5)
    question = dns.message.make_query("portal.example", "A")
    for rcode in (dns.rcode.SERVFAIL, dns.rcode.NXDOMAIN):
        with (
            name_server(second, "127.0.0.4") as port,
            _also(answers(rcode=rcode), "127.0.0.3", port),
        ):
            found = checking.ask(question, machine, port, Deadline.after(2))
        assert found.message.rcode() == (dns.rcode.REFUSED if rcode == dns.rcode.SERVFAIL else rcode)
    assert len(asked_second) == machine.attempts  # by the first question only


@contextmanager
def _also(answer: Answering, host: str, port: int) -> Iterator[None]:
    """Another server at the same port, over UDP alone."""
    own = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    own.bind((host, port))

    def serve() -> None:
        with suppress(OSError):
            while True:
                found, asker = own.recvfrom(2000)
                if not found:
                    return
                answer(dns.message.from_wire(found), _to(own, asker), _to(own, asker))

    threading.Thread(target=serve, daemon=True).start()
    try:
        yield
    finally:
        with suppress(OSError):
            own.shutdown(socket.SHUT_RDWR)
        own.close()


def test_aliases_that_lead_round_in_a_circle_are_told_in_words() -> None:
    with name_server(answers("portal.example. CNAME a.example.", "a.example. CNAME portal.example.")) as port:
        assert words(asked(port).reason) == "the name's aliases lead round in a circle, or too far"


def test_a_refusal_without_a_name_is_told_as_one() -> None:
    with name_server(answers(rcode=dns.rcode.Rcode.make(12))) as port:
        assert words(asked(port).reason) == "RCODE 12"
