"""Speak SNMPv3 to any number of agents over one UDP socket per family.

Before an agent's first request its engine is discovered (RFC 3414, section 4): id, clock and the keys for it are kept.
A response counts only from the address and port that were asked, under the random number of the request, from the same
engine and user, signed and encrypted as the request was, and in time; all else is counted by its reason. Reports that
refuse the credentials may be unsigned, because an agent that does not know the user cannot sign; one about the clock
must be signed, or anybody could shift it.
"""

import asyncio
import secrets
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from ipaddress import IPv4Address, IPv6Address

from monitor.domain.reasons import ReasonCode, reason
from monitor.probes.snmp.ber import BerError, Oid
from monitor.probes.snmp.keys import Credential, Keys, keys_for
from monitor.probes.snmp.limits import ConcurrencyLimit, Slot, TimeoutQueue
from monitor.probes.snmp.messages import GET, GET_BULK, GET_NEXT, RESPONSE, Binding, Numbers, pdu
from monitor.probes.snmp.rejections import Rejections
from monitor.probes.snmp.session import CredentialsError, GarbledError, SilentError, SnmpError, refusal
from monitor.probes.snmp.sockets import Sockets, Where
from monitor.probes.snmp.usm import (
    AUTH,
    MOST_NUMBER,
    PRIV,
    REPORT,
    STATS,
    Engine,
    Envelope,
    Scoped,
    is_signed_by,
    is_timely,
    read_envelope,
    read_scoped,
    scoped,
    seal,
)

NOT_IN_TIME, UNKNOWN_ENGINE = 2, 4
REFUSALS = {
    1: "level",
    3: "user",
    5: "signature",
    6: "encryption",
}  # as codes of `i18n.terms.SNMP_REFUSALS`
MOST_CORRECTIONS = 2
SHORTEST_ENGINE_ID = 5  # RFC 3411, 5
NOBODY = Engine(b"", 0, 0)
NO_KEYS = Keys(None, b"", None, b"")


@dataclass(slots=True)
class _Known:
    """An agent's engine, the keys for it, and when its clock was read.

    Not ``signed`` until a signed message confirms it.

    ``timed_out``: it is discovered again; its notifications are accepted as before.
    """

    engine: Engine
    keys: Keys
    clock_read_mono_s: float
    signed: bool = False
    timed_out: bool = False

    @property
    def level(self) -> int:
        """Return the security level its messages must have: AUTH and PRIV as far as there are keys for them."""
        return (AUTH if self.keys.digest else 0) | (PRIV if self.keys.cipher else 0)

    def now(self) -> Engine:
        """Return the engine with its clock extrapolated to now."""
        passed_s = int(time.monotonic() - self.clock_read_mono_s)
        return self.engine._replace(time_s=min(self.engine.time_s + passed_s, MOST_NUMBER))

    def update_clock(self, said: Engine) -> None:
        """Adopt the clock of a message that is signed and timely."""
        self.engine, self.clock_read_mono_s, self.signed = said, time.monotonic(), True


@dataclass(slots=True)
class _Question:
    where: Where
    known: _Known
    user: bytes
    answered: "asyncio.Future[tuple[Envelope, Scoped] | None]" = field(repr=False)


class V3Client:
    """The client of one credential, on the running event loop from `open` to `close`."""

    def __init__(
        self,
        credential: Credential,
        timeout_s: float = 2.0,
        retries: int = 1,
        rejected: Counter[str] | None = None,
        limit: ConcurrencyLimit | None = None,
    ) -> None:
        self._rejections = Rejections(rejected)
        self.credential = credential
        self._user = credential.user.encode()
        self._retries = retries
        self._sockets = Sockets(self._arrived)
        self._known: dict[Where, _Known] = {}
        self._under_way: dict[int, _Question] = {}
        self._numbers = Numbers()
        self._timeouts = TimeoutQueue(timeout_s)
        self._limit = limit or ConcurrencyLimit()
        self._salt = secrets.randbits(64)

    @property
    def rejected(self) -> Counter[str]:
        """Count datagrams that were no valid response, by reason."""
        return self._rejections.by_reason

    def open(self) -> None:
        """Open the sockets; raises OSError when this machine has no network at all."""
        self._sockets.open()

    def close(self) -> None:
        """Close the sockets; requests under way end unanswered."""
        self._sockets.close()
        self._timeouts.close()

    def session(
        self, address: IPv4Address | IPv6Address, port: int, source: IPv4Address | IPv6Address | None = None
    ) -> "V3Session":
        """Return a session with that agent.

        ``source``: where its responses come from, if not from the address asked.
        """
        self._rejections.expect((str(address), port), source)
        return V3Session(self, address, port)

    def engine(self, address: IPv4Address | IPv6Address, port: int) -> bytes | None:
        """Return the id of the agent's engine, once it is discovered."""
        known = self._known.get((str(address), port))
        return known.engine.id if known else None

    def notification(self, address: IPv4Address | IPv6Address, port: int, envelope: Envelope) -> Scoped | None:
        """Decode a notification of the agent there; None unless it is signed by it and in time. Raises BerError.

        Only agents that have responded before are accepted: that is how their engine and its clock are known.
        """
        known = self._known.get((str(address), port))
        if known is None or known.engine.id != envelope.engine.id or envelope.user != self._user:
            return None
        if envelope.level & (AUTH | PRIV) != known.level:
            return None
        signed = known.level & AUTH == 0 or (known.signed and is_signed_by(envelope, known.keys))
        if not signed or not is_timely(known.now(), envelope.engine):
            return None
        return read_scoped(envelope, known.keys)

    async def ask(
        self, address: IPv4Address | IPv6Address, port: int, kind: int, oids: Sequence[Oid], repetitions: int = 0
    ) -> list[Binding]:
        """Send a request and its retries; return the response or raise SnmpError."""
        tries, corrections, where = 1 + self._retries, MOST_CORRECTIONS, (str(address), port)
        begun_mono_s = time.monotonic()
        self._rejections.begin(where)
        try:
            while tries > 0:
                found = await self._ask_once(address, where, kind, oids, repetitions)
                if found is None:
                    if (known := self._known.get(where)) is not None:
                        known.timed_out = True  # it may have become another engine
                    tries -= 1
                elif found.kind == RESPONSE:
                    if found.status:
                        raise refusal(found.status, found.error_index)
                    return found.bindings
                elif corrections:
                    corrections -= 1
                else:
                    raise SnmpError(reason(ReasonCode.SNMP_ENGINE_CHANGES, address=str(address)))
        finally:
            why = self._rejections.end(where)
        if why:
            raise GarbledError(reason(ReasonCode.SNMP_GARBLED, address=str(address), fault=why))
        known = self._known.get(where)
        if kind == GET and known is not None and known.keys.cipher and known.clock_read_mono_s >= begun_mono_s:
            wrong = reason(ReasonCode.SNMP_WRONG_ENCRYPTION_KEY, address=str(address))
            raise CredentialsError(wrong)  # many agents drop what they cannot decrypt
        raise SilentError(reason(ReasonCode.SNMP_V3_SILENT, address=str(address)))

    async def _ask_once(
        self, address: IPv4Address | IPv6Address, where: Where, kind: int, oids: Sequence[Oid], repetitions: int
    ) -> Scoped | None:
        """Return the response, a report that was acted upon, or None; raises CredentialsError."""
        known = self._known.get(where)
        if known is None or known.timed_out:
            known = await self._discover(address, where)
        if known is None:
            return None
        async with Slot(self._limit):
            engine = known.now()
            number = self._numbers.draw(self._under_way)
            self._salt += 1
            content = scoped(engine.id, pdu(kind, number, oids, repetitions))
            message = seal(number, engine, self._user, known.keys, content, self._salt)
            question = _Question(where, known, self._user, self._timeouts.future())
            answer = await self._await(number, question, message, address)
        if answer is None:
            return None
        envelope, said = answer
        if said.kind == REPORT:
            self._act_upon(_stat(said), envelope, known, where)
        elif envelope.level & AUTH:
            known.update_clock(envelope.engine)
        return said

    def _act_upon(self, stat: int, envelope: Envelope, known: _Known, where: Where) -> None:
        if stat in REFUSALS:
            raise CredentialsError(reason(ReasonCode.SNMP_REFUSED, address=where[0], refusal=REFUSALS[stat]))
        if stat == NOT_IN_TIME and envelope.level & AUTH:
            known.update_clock(envelope.engine)
        elif stat == UNKNOWN_ENGINE:
            self._known.pop(where, None)
        else:
            raise SnmpError(reason(ReasonCode.SNMP_ODD_REPORT, address=where[0]))

    async def _discover(self, address: IPv4Address | IPv6Address, where: Where) -> _Known | None:
        async with Slot(self._limit):
            number = self._numbers.draw(self._under_way)
            message = seal(number, NOBODY, b"", NO_KEYS, scoped(b"", pdu(GET, number, ())), 0)
            question = _Question(where, _Known(NOBODY, NO_KEYS, 0.0), b"", self._timeouts.future())
            answer = await self._await(number, question, message, address)
        if answer is None:
            return None
        engine = answer[0].engine
        found = _Known(engine, keys_for(self.credential, engine.id), time.monotonic())
        self._known[where] = found
        return found

    async def _await(
        self, number: int, question: _Question, message: bytes, address: IPv4Address | IPv6Address
    ) -> tuple[Envelope, Scoped] | None:
        self._under_way[number] = question
        try:
            if not self._sockets.send(message, address.version, question.where):
                return None
            return await question.answered
        finally:
            del self._under_way[number]

    def _arrived(self, data: bytes, source: Where) -> None:
        try:
            envelope = read_envelope(data)
            question = self._under_way.get(envelope.number)
            if question is None:
                self._rejections.late(source)
            elif self._rejections.is_foreign(source, question.where):
                self._rejections.foreign(source, question.where)
            elif envelope.level & AUTH and not is_signed_by(envelope, question.known.keys):
                self._rejections.reject("wrong_signature", source, reason(ReasonCode.SNMP_ANSWER_UNSIGNED))
            elif envelope.level & AUTH and not is_timely(question.known.now(), envelope.engine):
                self._rejections.reject("not_in_time", source, reason(ReasonCode.SNMP_ANSWER_OLD))
            elif not _answers(question, envelope, said := read_scoped(envelope, question.known.keys)):
                self._rejections.reject("not_an_answer", source, reason(ReasonCode.SNMP_ANSWER_UNSAFE))
            elif not question.answered.done():
                question.answered.set_result((envelope, said))
        except BerError as error:
            self._rejections.malformed(source, error)


def _answers(question: _Question, envelope: Envelope, said: Scoped) -> bool:
    """Return whether this is from the right engine and user, as secure as the request was, and about it."""
    known = question.known
    if said.kind == REPORT:
        stat = _stat(said)
        if stat == UNKNOWN_ENGINE:
            return len(envelope.engine.id) >= SHORTEST_ENGINE_ID and envelope.engine.id != known.engine.id
        return known.engine.id == envelope.engine.id != b"" and (stat in REFUSALS or bool(envelope.level & AUTH))
    return (
        said.kind == RESPONSE
        and envelope.level & (AUTH | PRIV) == known.level
        and envelope.engine.id == said.engine == known.engine.id != b""
        and envelope.user == question.user
        and said.context == b""
        and said.request_id == envelope.number
    )


def _stat(report: Scoped) -> int:
    """Return which of usmStats a report is about (RFC 3414, section 5); 0 for any other."""
    name = report.bindings[0][0] if report.bindings else b""
    return name[len(STATS)] if name.startswith(STATS) and len(name) == len(STATS) + 2 else 0


class V3Session:
    """A v3 session; see `Session`."""

    def __init__(self, client: V3Client, address: IPv4Address | IPv6Address, port: int) -> None:
        self._client, self._address, self._port = client, address, port

    async def get(self, oids: Sequence[Oid]) -> list[Binding]:
        """Return the values of exactly these objects; drops others that an agent may have added."""
        wanted = set(oids)
        found = await self._client.ask(self._address, self._port, GET, oids)
        return [binding for binding in found if binding[0] in wanted]

    async def get_bulk(self, oids: Sequence[Oid], repetitions: int) -> list[Binding]:
        """Return the objects after each of them; a single row by GETNEXT, which agents without GETBULK support."""
        if repetitions == 1:
            return await self._client.ask(self._address, self._port, GET_NEXT, oids)
        return await self._client.ask(self._address, self._port, GET_BULK, oids, repetitions)
