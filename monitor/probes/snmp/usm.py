"""Encode and decode SNMPv3 messages of the user-based security model (RFC 3412, 3414, 3826, 7860). Pure."""

import hmac
from typing import NamedTuple

from cryptography.hazmat.decrepit.ciphers.algorithms import TripleDES
from cryptography.hazmat.decrepit.ciphers.modes import CFB
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms
from cryptography.hazmat.primitives.ciphers.modes import CBC

from monitor.probes.snmp.ber import OCTETS, SEQUENCE, BerError, expect, integer, oid, read, read_integer, tagged
from monitor.probes.snmp.keys import Keys
from monitor.probes.snmp.messages import MOST_BYTES, Binding, read_pdu

V3, USM = 3, 3
AUTH, PRIV, REPORTABLE = 1, 2, 4
REPORT = 0xA8
STATS = oid("1.3.6.1.6.3.15.1.1")  # usmStats: what reports are about (RFC 3414, section 5)
WINDOW_S = 150  # RFC 3414, 2.2.3
MOST_NUMBER = 2**31 - 1


class Engine(NamedTuple):
    """The authoritative engine of a message: its id, its boots, and seconds since the last."""

    id: bytes
    boots: int
    time_s: int


class Envelope(NamedTuple):
    """A message that is not verified yet. ``signature_at``: where its signature begins in ``whole``."""

    number: int
    level: int
    engine: Engine
    user: bytes
    signature_at: int
    signature: bytes
    salt: bytes
    content: bytes
    whole: bytes


class Scoped(NamedTuple):
    """A message's content; ``kind``: the tag of its PDU, ``raw``: the encoded content."""

    engine: bytes
    context: bytes
    kind: int
    request_id: int
    status: int
    error_index: int
    bindings: list[Binding]
    raw: bytes


def scoped(engine: bytes, pdu: bytes, context: bytes = b"") -> bytes:
    """Encode a scoped PDU for a context of that engine, by default the nameless one."""
    return tagged(SEQUENCE, tagged(OCTETS, engine) + tagged(OCTETS, context) + pdu)


def seal(
    number: int, engine: Engine, user: bytes, keys: Keys, content: bytes, salt: int, *, asks: bool = True
) -> bytes:
    """Encode a message with ``content`` (a scoped PDU), signed and encrypted as far as there are keys.

    ``salt`` must differ from message to message. ``asks``: sets reportableFlag.
    """
    level = (AUTH if keys.digest else 0) | (PRIV if keys.cipher else 0) | (REPORTABLE if asks else 0)
    salted = b""
    if keys.cipher:
        salted, content = _encrypt(keys, engine, content, salt)
        content = tagged(OCTETS, content)
    place = bytes(keys.digest.length if keys.digest else 0)
    signature = tagged(OCTETS, place)
    after = tagged(OCTETS, salted)
    security = tagged(OCTETS, engine.id) + integer(engine.boots) + integer(engine.time_s) + tagged(OCTETS, user)
    header = tagged(SEQUENCE, integer(number) + integer(MOST_BYTES) + bytes((OCTETS, 1, level)) + integer(USM))
    tail = tagged(OCTETS, tagged(SEQUENCE, security + signature + after)) + content
    message = tagged(SEQUENCE, integer(V3) + header + tail)
    if keys.digest is None:
        return message
    signed_at = len(message) - len(content) - len(after) - len(place)
    made = hmac.digest(keys.auth, message, keys.digest.hash)[: len(place)]
    return message[:signed_at] + made + message[signed_at + len(place) :]


def read_envelope(data: bytes) -> Envelope:
    """Decode the message in a datagram, unverified; raises BerError for anything else."""
    if len(data) > MOST_BYTES:
        raise BerError("too long")
    at, end = expect(data, 0, len(data), SEQUENCE)
    version, at = read_integer(data, at, end)
    if version != V3:
        raise BerError(f"SNMP version {version} where {V3} was expected")
    inner, at = expect(data, at, end, SEQUENCE)
    number, inner = read_integer(data, inner, at)
    _most, inner = read_integer(data, inner, at)
    flags, inner = expect(data, inner, at, OCTETS)
    model, _ = read_integer(data, inner, at)
    if inner - flags != 1 or model != USM:
        raise BerError("flags of no size or too long, or another security model than the user-based")
    level = data[flags]
    if level & PRIV and not level & AUTH:
        raise BerError("encrypted and not signed")
    parameters, content = expect(data, at, end, OCTETS)
    security, stop = expect(data, parameters, content, SEQUENCE)
    engine_at, security = expect(data, security, stop, OCTETS)
    engine_id = data[engine_at:security]
    boots, security = read_integer(data, security, stop)
    time_s, security = read_integer(data, security, stop)
    user_at, security = expect(data, security, stop, OCTETS)
    user = data[user_at:security]
    signature_at, security = expect(data, security, stop, OCTETS)
    signature = data[signature_at:security]
    salt_at, security = expect(data, security, stop, OCTETS)
    if not (0 <= boots <= MOST_NUMBER and 0 <= time_s <= MOST_NUMBER and len(engine_id) <= 32 and len(user) <= 32):
        raise BerError("an engine or a user out of bounds")
    engine = Engine(engine_id, boots, time_s)
    whole = data[:end]
    return Envelope(
        number, level, engine, user, signature_at, signature, data[salt_at:security], data[content:end], whole
    )


def is_signed_by(envelope: Envelope, keys: Keys) -> bool:
    """Return whether the holder of these keys has signed exactly this message (RFC 3414, 6.3.2)."""
    digest = keys.digest
    if digest is None or len(envelope.signature) != digest.length or not envelope.level & AUTH:
        return False
    start, whole = envelope.signature_at, envelope.whole
    bare = whole[:start] + bytes(digest.length) + whole[start + digest.length :]
    return hmac.compare_digest(hmac.digest(keys.auth, bare, digest.hash)[: digest.length], envelope.signature)


def read_scoped(envelope: Envelope, keys: Keys) -> Scoped:
    """Decode the content, decrypted if need be; raises BerError, also when the key does not fit."""
    data = envelope.content
    if envelope.level & PRIV:
        begins, ends = expect(data, 0, len(data), OCTETS)
        data = _decrypt(keys, envelope, data[begins:ends])
    at, end = expect(data, 0, len(data), SEQUENCE)
    engine, at = expect(data, at, end, OCTETS)
    context, after = expect(data, at, end, OCTETS)
    kind, begins, ends = read(data, after, end)
    return Scoped(data[engine:at], data[context:after], kind, *read_pdu(data, begins, ends), data[begins:ends])


def is_timely(known: Engine, said: Engine) -> bool:
    """Return whether a signed message is within the time window, not an old one replayed (RFC 3414, 3.2, 7b)."""
    if said.boots == MOST_NUMBER:
        return False
    return said.boots > known.boots or (said.boots == known.boots and said.time_s >= known.time_s - WINDOW_S)


def _encrypt(keys: Keys, engine: Engine, content: bytes, salt: int) -> tuple[bytes, bytes]:
    if keys.cipher and keys.cipher.kind == "AES":
        salted = (salt & 2**64 - 1).to_bytes(8)
        encryptor = Cipher(algorithms.AES(keys.priv), CFB(_aes_start(engine, salted))).encryptor()
        return salted, encryptor.update(content)
    salted = (engine.boots & 2**32 - 1).to_bytes(4) + (salt & 2**32 - 1).to_bytes(4)
    encryptor = Cipher(TripleDES(_des_key(keys)), CBC(_des_start(keys, salted))).encryptor()
    return salted, encryptor.update(content + bytes(-len(content) % 8))


def _decrypt(keys: Keys, envelope: Envelope, content: bytes) -> bytes:
    if keys.cipher is None or len(envelope.salt) != 8:
        raise BerError("encrypted without a key or a salt")
    if keys.cipher.kind == "AES":
        start = _aes_start(envelope.engine, envelope.salt)
        return Cipher(algorithms.AES(keys.priv), CFB(start)).decryptor().update(content)
    if len(content) % 8:
        raise BerError("encrypted in no whole blocks")
    return Cipher(TripleDES(_des_key(keys)), CBC(_des_start(keys, envelope.salt))).decryptor().update(content)


def _aes_start(engine: Engine, salt: bytes) -> bytes:
    return engine.boots.to_bytes(4) + engine.time_s.to_bytes(4) + salt


def _des_start(keys: Keys, salt: bytes) -> bytes:
    return bytes(a ^ b for a, b in zip(keys.priv[-8:], salt, strict=True))


def _des_key(keys: Keys) -> bytes:
    """Return a 3DES key for DES: one key three times."""
    key = keys.priv[:-8]
    return key if len(key) == 24 else key * 3
