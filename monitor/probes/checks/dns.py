"""Check DNS: whether a server answers for a name, and with which records.

A datagram from elsewhere, with another id, for another question, or one that cannot be read is skipped until the
deadline, as ICMP and SNMP do.
"""

import contextlib
import re
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Annotated, Any, Literal, Self

import dns.exception
import dns.flags
import dns.message
import dns.name
import dns.rcode
import dns.rdata
import dns.rdataclass
import dns.rdatatype
import dns.rrset
from pydantic import Field, model_validator

from monitor.domain.message import message
from monitor.domain.reasons import ReasonCode, reason
from monitor.domain.text import ascii_digits, clean, nfc
from monitor.net import datagram
from monitor.net.deadline import Deadline, DeadlinePassed
from monitor.net.names import NAMES, NoSuchName, ascii_name
from monitor.net.stream import Stream
from monitor.probes.checks import resolv_conf
from monitor.probes.checks.base import ByHand, CheckKind, Outcome, plain
from monitor.probes.checks.resolv_conf import ResolvConf
from monitor.settings.found import found as what_was_found
from monitor.settings.hosts import is_address, is_host_name
from monitor.settings.services_section import HostName, Port, ServiceCheck, refuse_no_host

MOST_BYTES = 65_535
ASK_THE_NEXT = frozenset({dns.rcode.SERVFAIL, dns.rcode.REFUSED, dns.rcode.NOTIMP, dns.rcode.FORMERR})
"""Says something of the server, nothing of the name: the C library asks another one then."""
RecordType = Literal["A", "AAAA", "CNAME", "MX", "NS", "PTR", "SOA", "SRV", "TXT"]


class DnsCheck(ServiceCheck):
    """A check of the records of ``type`` that ``name`` has."""

    kind: Literal["dns"] = "dns"
    name: Annotated[str, Field(max_length=253)] = ""
    """The name that is asked for, which must be given."""
    type: RecordType = "A"
    """Which records."""
    server: HostName = ""
    """The address of the name server; those of this machine, if it is left out."""
    port: Port | None = None
    """The server's port; 53, if it is left out."""
    expect: Annotated[str, Field(max_length=500)] = ""
    """A record that must be among the answers."""

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if not is_host_name(self.name):
            raise ValueError(
                message(
                    "'name': {found} is not a name. Expected the name to look up, such as example.org",
                    found=what_was_found(self.name),
                )
            )
        if self.server and not is_address(self.server):
            raise ValueError(
                message(
                    "'server': {found} is not an address. Expected that of a name server",
                    found=what_was_found(self.server),
                )
            )
        refuse_no_host("server", self.server)
        return self


@dataclass(frozen=True, slots=True)
class _Answered:
    server: str
    message: dns.message.QueryMessage


def check(wanted: DnsCheck, deadline: Deadline) -> Outcome:
    """Ask that server, or those of this machine in turn; an answer without records is a failure."""
    begun_ns = deadline.mono_ns()
    machine = ResolvConf((wanted.server,), deadline.timeout_s, 1) if wanted.server else resolv_conf.read()
    try:
        question = dns.message.make_query(ascii_name(wanted.name), wanted.type)
        answered = ask(question, machine, wanted.port or 53, deadline)
        took_ns = deadline.mono_ns() - begun_ns
        return _outcome(wanted, answered, took_ns)
    except dns.message.ChainTooLong:
        return Outcome(reason=reason(ReasonCode.DNS_CIRCLE))
    except dns.exception.DNSException as error:
        return Outcome(reason=plain(error))


def ask(question: dns.message.QueryMessage, machine: ResolvConf, port: int, deadline: Deadline) -> _Answered:
    """Return the first answer about the name, else the last server's refusal; raises the last error if there was none.

    Each server has its timeout or its share of the time left, whichever is less: also a deadline shorter than the
    machine's timeouts reaches the last server.
    """
    refusal: _Answered | None = None
    trouble: OSError = DeadlinePassed(deadline.timeout_s)
    for _ in range(machine.attempts):
        for place, server in enumerate(machine.servers):
            try:
                share_s = deadline.remaining_s() / (len(machine.servers) - place)
                each = Deadline.after(min(machine.timeout_s, share_s), deadline.cancellation)
                message = _asked(question, server, port, each)
            except OSError as error:
                trouble = error
                continue
            if message.rcode() not in ASK_THE_NEXT:
                return _Answered(server, message)
            refusal = _Answered(server, message)
    if refusal is not None:
        return refusal
    raise trouble


def _asked(question: dns.message.QueryMessage, server: str, port: int, deadline: Deadline) -> dns.message.QueryMessage:
    """Return the server's answer over UDP, or over TCP when that is truncated; raises OSError."""
    whole = _over_udp(question, server, port, deadline)
    return _over_tcp(question, server, port, deadline) if whole is None else whole


def _over_udp(
    question: dns.message.QueryMessage, server: str, port: int, deadline: Deadline
) -> dns.message.QueryMessage | None:
    """Return the server's answer; None when it is truncated. Raises OSError."""

    def read(found: bytes) -> dns.message.QueryMessage | Literal["cut short"] | None:
        return "cut short" if _is_cut_short(question, found) else _read(question, found)

    (address,) = NAMES.look_up(server, port, deadline)
    answer = datagram.ask(address, question.to_wire(), deadline, read)
    return answer if isinstance(answer, dns.message.QueryMessage) else None


def _over_tcp(
    question: dns.message.QueryMessage, server: str, port: int, deadline: Deadline
) -> dns.message.QueryMessage:
    """Return the server's answer; raises OSError."""
    with Stream.open(server, port, deadline, 2 * MOST_BYTES) as stream, stream.makefile() as reader:
        wire = question.to_wire()
        stream.sendall(len(wire).to_bytes(2) + wire)
        size = int.from_bytes(reader.read(2))
        if (message := _read(question, reader.read(size))) is None:
            raise ConnectionError("the server's answer over TCP is none")
        return message


def _is_cut_short(question: dns.message.QueryMessage, found: bytes) -> bool:
    """Return whether this is a truncated answer to our question (TC); the rest of it may be unreadable."""
    return (
        len(found) >= 12
        and int.from_bytes(found[:2]) == question.id
        and int.from_bytes(found[2:4]) & (dns.flags.QR | dns.flags.TC) == dns.flags.QR | dns.flags.TC
    )


def _read(question: dns.message.QueryMessage, found: bytes) -> dns.message.QueryMessage | None:
    """Return the answer to our question; None for anything else."""
    try:
        message = dns.message.from_wire(found, ignore_trailing=True)
    except (dns.exception.DNSException, ValueError, IndexError):
        return None
    return message if isinstance(message, dns.message.QueryMessage) and question.is_response(message) else None


def _outcome(wanted: DnsCheck, answered: _Answered, took_ns: int) -> Outcome:
    message, rcode = answered.message, answered.message.rcode()
    records = _records(message) if rcode == dns.rcode.NOERROR else []
    found = sorted(clean(_text(record)) for record in records)
    said = dns.rcode.to_text(rcode)
    said = f"RCODE {said}" if said.isdigit() else said  # one that has no name
    details: dict[str, object] = {"server": answered.server, "answers": found, "rcode": said}
    if rcode != dns.rcode.NOERROR:
        return Outcome(took_ns, reason=reason(ReasonCode.DNS_RCODE, rcode=said), details=details)
    if not found:
        return Outcome(took_ns, reason=reason(ReasonCode.DNS_NO_RECORD, type=wanted.type), details=details)
    if wanted.expect and not any(_same(record, wanted.expect) for record in records):
        answers, expected = ", ".join(found)[:100], clean(wanted.expect)
        other = reason(ReasonCode.DNS_OTHER_ANSWER, found=answers, expected=expected)
        return Outcome(took_ns, reason=other, details=details)
    return Outcome(took_ns, details=details)


def _records(message: dns.message.QueryMessage) -> list[dns.rdata.Rdata]:
    """Return the records of the name that was asked for, or of the one that its aliases lead to; of no other name."""
    answer = message.resolve_chaining().answer
    return [] if answer is None else list(answer)


def _text(record: dns.rdata.Rdata) -> str:
    """Return a record as text: of a TXT the text that it holds, its parts joined."""
    strings: tuple[bytes, ...] | None = getattr(record, "strings", None)
    return record.to_text() if strings is None else nfc(b"".join(strings).decode("utf-8", "backslashreplace"))


def _same(record: dns.rdata.Rdata, expected: str) -> bool:
    """Return whether a record is the expected one: addresses by value, names in any case, texts exactly, in NFC.

    A text may also be written as in zone files: in quotes, in parts, with escapes.
    """
    if record.rdtype == dns.rdatatype.TXT and _text(record).strip() == nfc(expected).strip():
        return True
    if record.rdtype == dns.rdatatype.TXT and not expected.startswith('"'):
        return False
    with contextlib.suppress(ValueError):
        return ip_address(record.to_text()) == ip_address(expected)
    with contextlib.suppress(dns.exception.DNSException, ValueError, NoSuchName):
        words = " ".join(word if word.isascii() else ascii_name(word) for word in expected.split())
        kind = dns.rdataclass.IN, record.rdtype
        return bool(dns.rdata.from_text(*kind, words, dns.name.root, relativize=False) == record)
    return False


def _typed(name: str, options: dict[str, Any]) -> dict[str, Any]:
    server = ascii_digits(options["server"])
    where: dict[str, Any] = {"server": server.strip("[]")}
    if server.count(":") == 1 or "]:" in server:
        host, _, port = server.rpartition(":")
        where = {"server": host.strip("[]"), "port": int(port) if re.fullmatch("[0-9]{1,19}", port) else port}
    return {"name": name, **options, "type": options["type"].upper(), **where}


DNS = CheckKind(
    DnsCheck,
    check,
    ByHand(
        "Ask a name server for a name.",
        "name",
        _typed,
        target_says="The name to ask for.",
        options={
            "type": "A, AAAA, CNAME, MX, NS, PTR, SOA, SRV or TXT.",
            "server": "ADDRESS[:PORT] of the server; without it those of this machine.",
            "expect": "",
        },
    ),
    title="Names",
    doc="""\
With `server`, that one is asked; without it those of `/etc/resolv.conf`, as the system asks them: each for its time-out
(at most its share of the time that is left), the next one when it is silent, refuses, or cannot say. Only an answer to
our question counts: what comes from elsewhere, with another number, for another name, or cannot be read is passed over
until the time is up. An answer that is cut short is asked for again over TCP. Aliases are followed; a record of any
other name is none.

`expect` is compared by what it means: addresses by value, names in any case (and in Bangla or its `xn--` form), TXT as
the text that it is, its parts joined and read as UTF-8 (`expect = "v=spf1 -all"`).""",
)
