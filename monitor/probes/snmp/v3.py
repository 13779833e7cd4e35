"""SNMPv3 by pysnmp's security model: the one place that touches pysnmp, which is untyped.

One engine for each credential, and never more than `MOST_TARGETS` agents on it: an engine keeps something of every
agent for ever, and its first word with each takes longer the more it knows.
"""

from collections.abc import Sequence
from ipaddress import IPv4Address, IPv6Address
from typing import Any, NamedTuple

from pysnmp.hlapi.v3arch.asyncio import (
    ContextData,
    ObjectIdentity,
    ObjectType,
    SnmpEngine,
    Udp6TransportTarget,
    UdpTransportTarget,
    UsmUserData,
    bulk_cmd,
    get_cmd,
    usm3DESEDEPrivProtocol,
    usmAesCfb128Protocol,
    usmAesCfb192Protocol,
    usmAesCfb256Protocol,
    usmDESPrivProtocol,
    usmHMAC128SHA224AuthProtocol,
    usmHMAC192SHA256AuthProtocol,
    usmHMAC256SHA384AuthProtocol,
    usmHMAC384SHA512AuthProtocol,
    usmHMACMD5AuthProtocol,
    usmHMACSHAAuthProtocol,
)
from pysnmp.proto import errind

from monitor.probes.snmp.ber import Missing, Oid, Value, dotted, oid
from monitor.probes.snmp.messages import Binding
from monitor.probes.snmp.session import CredentialsError, SilentError, SnmpError, refusal
from monitor.settings.secrets import Secret
from monitor.settings.snmp_section import Auth, Priv

MOST_TARGETS = 200

AUTH: dict[str, Any] = {
    "MD5": usmHMACMD5AuthProtocol,
    "SHA-1": usmHMACSHAAuthProtocol,
    "SHA-224": usmHMAC128SHA224AuthProtocol,
    "SHA-256": usmHMAC192SHA256AuthProtocol,
    "SHA-384": usmHMAC256SHA384AuthProtocol,
    "SHA-512": usmHMAC384SHA512AuthProtocol,
}
PRIV: dict[str, Any] = {
    "DES": usmDESPrivProtocol,
    "3DES": usm3DESEDEPrivProtocol,
    "AES-128": usmAesCfb128Protocol,
    "AES-192": usmAesCfb192Protocol,
    "AES-256": usmAesCfb256Protocol,
}
REFUSED = (
    errind.WrongDigest,
    errind.UnknownUserName,
    errind.UnsupportedSecurityLevel,
    errind.DecryptionError,
    errind.AuthenticationFailure,
    errind.AuthenticationError,
    errind.NotInTimeWindow,
    errind.UnknownSecurityName,
)
LACKING = {"NoSuchObject": Missing.NO_OBJECT, "NoSuchInstance": Missing.NO_INSTANCE, "EndOfMibView": Missing.END}


class Credential(NamedTuple):
    """A user of SNMPv3; without ``auth`` nothing is signed, without ``priv`` nothing is encrypted."""

    user: str
    auth: Auth | None = None
    auth_key: Secret | None = None
    priv: Priv | None = None
    priv_key: Secret | None = None


class V3Client:
    """Speaks to agents with one credential; belongs to the running event loop."""

    def __init__(self, credential: Credential, timeout_s: float = 2.0, retries: int = 1) -> None:
        self._credential = credential
        self._timeout_s, self._retries = timeout_s, retries
        self._engines: list[tuple[Any, set[str]]] = []

    def close(self) -> None:
        """Closes all engines."""
        for engine, _ in self._engines:
            engine.close_dispatcher()
        self._engines.clear()

    async def session(self, address: IPv4Address | IPv6Address, port: int) -> "V3Session":
        """A conversation with that agent."""
        kind = UdpTransportTarget if address.version == 4 else Udp6TransportTarget
        target = await kind.create((str(address), port), timeout=self._timeout_s, retries=self._retries)
        return V3Session(self._engine_for(f"{address} {port}"), self._user(), target, str(address))

    def _engine_for(self, agent: str) -> Any:
        for engine, agents in self._engines:
            if agent in agents or len(agents) < MOST_TARGETS:
                agents.add(agent)
                return engine
        self._engines.append((SnmpEngine(), {agent}))
        return self._engines[-1][0]

    def _user(self) -> Any:
        credential = self._credential
        words: dict[str, Any] = {}
        if credential.auth and credential.auth_key:
            words |= {"authKey": credential.auth_key.reveal(), "authProtocol": AUTH[credential.auth]}
        if credential.priv and credential.priv_key:
            words |= {"privKey": credential.priv_key.reveal(), "privProtocol": PRIV[credential.priv]}
        return UsmUserData(credential.user, **words)


class V3Session:
    """See `Session`."""

    def __init__(self, engine: Any, user: Any, target: Any, address: str) -> None:
        self._engine, self._user, self._target, self._address = engine, user, target, address

    async def get(self, oids: Sequence[Oid]) -> list[Binding]:
        """The values of these very objects."""
        return self._read(
            await get_cmd(self._engine, self._user, self._target, ContextData(), *_asked(oids), lookupMib=False)
        )

    async def get_bulk(self, oids: Sequence[Oid], repetitions: int) -> list[Binding]:
        """What follows each of them."""
        return self._read(
            await bulk_cmd(
                self._engine, self._user, self._target, ContextData(), 0, repetitions, *_asked(oids), lookupMib=False
            )
        )

    def _read(self, answer: Any) -> list[Binding]:
        trouble, status, index, bindings = answer
        if isinstance(trouble, REFUSED):
            raise CredentialsError(f"{self._address} does not accept these credentials: {trouble}")
        if isinstance(trouble, errind.RequestTimedOut):
            raise SilentError(f"no answer from {self._address}: it is away or speaks no SNMPv3")
        if trouble:
            raise SnmpError(f"{self._address}: {trouble}")
        if status:
            raise refusal(int(status), int(index))
        return [(oid(".".join(map(str, tuple(name)))), _value(value)) for name, value in bindings]


def _asked(oids: Sequence[Oid]) -> list[Any]:
    return [ObjectType(ObjectIdentity(dotted(wanted))) for wanted in oids]


def _value(value: Any) -> Value:
    """pysnmp's object as `ber.value` would have given it."""
    kind = type(value).__name__
    if kind in LACKING:
        return LACKING[kind]
    if kind == "Null":
        return None
    if hasattr(value, "asOctets"):
        return bytes(value.asOctets())
    if kind in {"ObjectIdentifier", "ObjectName"}:
        return ".".join(map(str, tuple(value)))
    return int(value)
