"""Ask agents over SNMPv3.

Before an agent's first request its engine is discovered (RFC 3414, section 4): id, clock and the keys for it are kept.
A response counts only from the address and port that were asked, under the random number of the request, from the same
engine and user, signed and encrypted as the request was, and in time; all else is counted by its reason. Reports that
refuse the credentials may be unsigned, because an agent that does not know the user cannot sign; one about the clock
must be signed, or anybody could shift it.
"""

import secrets
import time
from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address

from monitor.domain.reasons import ReasonCode, reason
from monitor.probes.snmp.ber import Oid
from monitor.probes.snmp.exchange import Exchange
from monitor.probes.snmp.keys import Credential, Keys, keys_for
from monitor.probes.snmp.messages import GET, GET_BULK, GET_NEXT, RESPONSE, Binding, pdu
from monitor.probes.snmp.questions import Question
from monitor.probes.snmp.session import CredentialsError, SilentError, SnmpError, exactly, refusal
from monitor.probes.snmp.sockets import Where, where_of
from monitor.probes.snmp.usm import (
    AUTH,
    MOST_NUMBER,
    PRIV,
    REPORT,
    STATS,
    V3,
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
class Known:
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
        id_, boots, time_s = self.engine
        return Engine(id_, boots, min(time_s + int(time.monotonic() - self.clock_read_mono_s), MOST_NUMBER))

    def update_clock(self, said: Engine) -> None:
        """Adopt the clock of a message that is signed and timely."""
        self.engine, self.clock_read_mono_s, self.signed = said, time.monotonic(), True


UNDISCOVERED = Known(NOBODY, NO_KEYS, 0.0)


class V3Client:
    """The client of one credential of an exchange."""

    def __init__(self, exchange: Exchange, credential: Credential) -> None:
        self.exchange = exchange
        self.credential = credential
        self.user = credential.user.encode()
        self.known: dict[Where, Known] = {}
        self._salt = secrets.randbits(64)
        exchange.readers[V3] = read_envelope

    def session(
        self, address: IPv4Address | IPv6Address, port: int, source: IPv4Address | IPv6Address | None = None
    ) -> "V3Session":
        """Return a session with that agent.

        ``source``: where its responses come from, if not from the address asked.
        """
        where = where_of(address, port)
        self.exchange.rejections.expect(where, None if source is None else where_of(source, port))
        return V3Session(self.exchange, self, where, str(address))

    def engine(self, address: IPv4Address | IPv6Address, port: int) -> bytes | None:
        """Return the id of the agent's engine, once it is discovered."""
        known = self.known.get(where_of(address, port))
        return known.engine.id if known else None

    def notification(self, address: IPv4Address | IPv6Address, port: int, envelope: Envelope) -> Scoped | None:
        """Decode a notification of the agent there; None unless it is signed by it and in time. Raises BerError.

        Only agents that have responded before are accepted: that is how their engine and its clock are known.
        """
        known = self.known.get(where_of(address, port))
        if known is None or known.engine.id != envelope.engine.id or envelope.user != self.user:
            return None
        if envelope.level & (AUTH | PRIV) != known.level:
            return None
        signed = known.level & AUTH == 0 or (known.signed and is_signed_by(envelope, known.keys))
        if not signed or not is_timely(known.now(), envelope.engine):
            return None
        return read_scoped(envelope, known.keys)

    def next_salt(self) -> int:
        """Return a salt that no message has had."""
        self._salt += 1
        return self._salt


class V3Question(Question):
    """A question to a v3 agent: first for its engine, unless that is known, then for what is asked.

    ``known``: the engine to which its last datagram was sent; None while that is what it asks for.
    """

    __slots__ = ("begun_mono_s", "client", "corrections", "known")
    version = V3

    def __init__(
        self, client: V3Client, exchange: Exchange, where: Where, name: str, kind: int, oids: Sequence[Oid], rows: int
    ) -> None:
        super().__init__(exchange, where, name, kind, oids, rows)
        self.client = client
        self.known: Known | None = None
        self.corrections = MOST_CORRECTIONS
        self.begun_mono_s = time.monotonic()

    def datagram(self, number: int) -> bytes:
        """Encode the request, or the question for the agent's engine."""
        self.known = known = self.client.known.get(self.where)
        if known is None or known.timed_out:
            self.known = None
            return seal(number, NOBODY, b"", NO_KEYS, scoped(b"", pdu(GET, number, ())), 0)
        engine = known.now()
        content = scoped(engine.id, pdu(self.kind, number, self.oids, self.repetitions))
        return seal(number, engine, self.client.user, known.keys, content, self.client.next_salt())

    def take(self, message: Envelope) -> None:
        """Judge a message by its signature, its time and what it answers."""
        known, reject = self.known or UNDISCOVERED, self.exchange.rejections.reject
        if message.level & AUTH and not is_signed_by(message, known.keys):
            reject("wrong_signature", self.where, reason(ReasonCode.SNMP_ANSWER_UNSIGNED))
        elif message.level & AUTH and not is_timely(known.now(), message.engine):
            reject("not_in_time", self.where, reason(ReasonCode.SNMP_ANSWER_OLD))
        elif not self._is_answered_by(message, said := read_scoped(message, known.keys), known):
            reject("not_an_answer", self.where, reason(ReasonCode.SNMP_ANSWER_UNSAFE))
        elif self.known is None:
            self.client.known[self.where] = Known(
                message.engine, keys_for(self.client.credential, message.engine.id), time.monotonic()
            )
            self.exchange.ask_again(self)
        elif said.kind == REPORT:
            self._act_upon(_stat(said), message, known)
        else:
            if message.level & AUTH:
                known.update_clock(message.engine)
            if said.status:
                self.exchange.refuse(self, refusal(said.status, said.error_index))
            else:
                self.exchange.answer(self, said.bindings)

    def _is_answered_by(self, envelope: Envelope, said: Scoped, known: Known) -> bool:
        """Return whether this is from the right engine and user, as secure as the request was, and about it."""
        if said.kind == REPORT:
            stat = _stat(said)
            if stat == UNKNOWN_ENGINE:
                return len(envelope.engine.id) >= SHORTEST_ENGINE_ID and envelope.engine.id != known.engine.id
            return known.engine.id == envelope.engine.id != b"" and (stat in REFUSALS or bool(envelope.level & AUTH))
        return (
            said.kind == RESPONSE
            and envelope.level & (AUTH | PRIV) == known.level
            and envelope.engine.id == said.engine == known.engine.id != b""
            and envelope.user == self.client.user
            and said.context == b""
            and said.request_id == envelope.number
        )

    def _act_upon(self, stat: int, envelope: Envelope, known: Known) -> None:
        """Do what a report says, and ask again; a report that refuses the credentials ends the question."""
        if stat in REFUSALS:
            refused = reason(ReasonCode.SNMP_REFUSED, address=self.name, refusal=REFUSALS[stat])
            self.exchange.refuse(self, CredentialsError(refused))
            return
        if stat == NOT_IN_TIME and envelope.level & AUTH:
            known.update_clock(envelope.engine)
        elif stat == UNKNOWN_ENGINE:
            self.client.known.pop(self.where, None)
        else:
            self.exchange.refuse(self, SnmpError(reason(ReasonCode.SNMP_ODD_REPORT, address=self.name)))
            return
        if self.corrections:
            self.corrections -= 1
            self.exchange.ask_again(self)
        else:
            self.exchange.refuse(self, SnmpError(reason(ReasonCode.SNMP_ENGINE_CHANGES, address=self.name)))

    def timed_out(self) -> None:
        """Have the engine discovered again: the agent may have become another one."""
        if (known := self.client.known.get(self.where)) is not None:
            known.timed_out = True

    def no_answer(self) -> SnmpError:
        """Return a refusal for an agent that told its engine just now, and nothing else: it cannot decrypt."""
        known = self.client.known.get(self.where)
        just_found = known is not None and known.keys.cipher and known.clock_read_mono_s >= self.begun_mono_s
        if just_found and self.kind == GET:  # many agents drop what they cannot decrypt
            return CredentialsError(reason(ReasonCode.SNMP_WRONG_ENCRYPTION_KEY, address=self.name))
        return SilentError(reason(ReasonCode.SNMP_V3_SILENT, address=self.name))


def _stat(report: Scoped) -> int:
    """Return which of usmStats a report is about (RFC 3414, section 5); 0 for any other."""
    name = report.bindings[0][0] if report.bindings else b""
    return name[len(STATS)] if name.startswith(STATS) and len(name) == len(STATS) + 2 else 0


class V3Session:
    """A v3 session; see `Session`."""

    def __init__(self, exchange: Exchange, client: V3Client, where: Where, name: str) -> None:
        self._exchange, self._client, self._where, self._name = exchange, client, where, name

    async def get(self, oids: Sequence[Oid]) -> list[Binding]:
        """Return the values of exactly these objects; drops others that an agent may have added."""
        return exactly(await self._question(GET, oids, 0), oids)

    async def get_bulk(self, oids: Sequence[Oid], repetitions: int) -> list[Binding]:
        """Return the objects after each of them; a single row by GETNEXT, which agents without GETBULK support."""
        if repetitions == 1:
            return await self._question(GET_NEXT, oids, 0)
        return await self._question(GET_BULK, oids, repetitions)

    def _question(self, kind: int, oids: Sequence[Oid], repetitions: int) -> V3Question:
        return V3Question(self._client, self._exchange, self._where, self._name, kind, oids, repetitions)
