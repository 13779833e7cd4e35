"""Encode and decode SNMPv3 messages of the user-based security model (RFC 3412, 3414, 3826, 7860). Pure."""

from collections.abc import Callable
from functools import lru_cache
from hmac import compare_digest
from typing import NamedTuple

from cryptography.hazmat.decrepit.ciphers.algorithms import TripleDES
from cryptography.hazmat.decrepit.ciphers.modes import CFB
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms
from cryptography.hazmat.primitives.ciphers.modes import CBC, ECB
from cryptography.hazmat.primitives.hmac import HMAC

from monitor.probes.snmp.ber import OCTETS, SEQUENCE, BerError, expect, integer, oid, read, read_integer, tagged
from monitor.probes.snmp.keys import Digest, Keys
from monitor.probes.snmp.messages import MOST_BYTES, Binding, read_pdu

V3, USM = 3, 3
AUTH, PRIV, REPORTABLE = 1, 2, 4
REPORT = 0xA8
STATS = oid("1.3.6.1.6.3.15.1.1")  # usmStats: what reports are about (RFC 3414, section 5)
WINDOW_S = 150  # RFC 3414, 2.2.3
MOST_NUMBER = 2**31 - 1
BLOCK = 16
MOST_KEPT = 4_096  # engines whose keys are kept ready to use, of a kilobyte each
HASHES: dict[str, Callable[[], hashes.HashAlgorithm]] = {
    "md5": hashes.MD5,
    "sha1": hashes.SHA1,
    "sha224": hashes.SHA224,
    "sha256": hashes.SHA256,
    "sha384": hashes.SHA384,
    "sha512": hashes.SHA512,
}
VERSION, BIGGEST, MODEL = integer(V3), integer(MOST_BYTES), integer(USM)


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
    header = tagged(SEQUENCE, integer(number) + BIGGEST + bytes((OCTETS, 1, level)) + MODEL)
    tail = tagged(OCTETS, tagged(SEQUENCE, _sender(engine, user) + signature + after)) + content
    message = tagged(SEQUENCE, VERSION + header + tail)
    if keys.digest is None:
        return message
    signed_at = len(message) - len(content) - len(after) - len(place)
    return message[:signed_at] + _signature(keys.auth, keys.digest, message) + message[signed_at + len(place) :]


@lru_cache(maxsize=1_024)
def _sender(engine: Engine, user: bytes) -> bytes:
    """Encode for whom a message is; cached, because an agent is asked several things within a second."""
    return tagged(OCTETS, engine.id) + integer(engine.boots) + integer(engine.time_s) + tagged(OCTETS, user)


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
    return compare_digest(_signature(keys.auth, digest, bare), envelope.signature)


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


@lru_cache(maxsize=MOST_KEPT)
def _signer(key: bytes, hash_: str) -> HMAC:
    """Return a signer to be copied: taking in the key is most of what a signature costs."""
    return HMAC(key, HASHES[hash_]())


def _signature(key: bytes, digest: Digest, message: bytes) -> bytes:
    signer = _signer(key, digest.hash).copy()
    signer.update(message)
    return signer.finalize()[: digest.length]


class _Aes:
    """AES in CFB mode (RFC 3826) by contexts that are kept: making them is most of what a short message costs.

    ``_last``: the block from which the encrypting one goes on.
    """

    def __init__(self, key: bytes) -> None:
        aes = algorithms.AES(key)
        self._block = Cipher(aes, ECB()).encryptor()
        self._last = bytes(BLOCK)
        self._feedback = Cipher(aes, CFB(self._last)).encryptor()

    def encrypt(self, start: bytes, content: bytes) -> bytes:
        """Encrypt ``content`` with that initialisation vector.

        A context cannot be given a new vector. So it first encrypts what becomes the vector; then it stands as new.
        """
        size = len(content)
        lead = _xor(self._block.update(self._last), start, BLOCK)
        sealed = self._feedback.update(lead + content + bytes(-size % BLOCK))
        self._last = sealed[-BLOCK:]
        return sealed[BLOCK : BLOCK + size]

    def decrypt(self, start: bytes, content: bytes) -> bytes:
        """Decrypt ``content`` with that initialisation vector."""
        size = len(content)
        blocks = start + content
        stream = self._block.update(blocks[: size + -size % BLOCK])
        return _xor(stream[:size], content, size)


@lru_cache(maxsize=MOST_KEPT)
def _aes(key: bytes) -> _Aes:
    return _Aes(key)


def _xor(one: bytes, other: bytes, size: int) -> bytes:
    return (int.from_bytes(one) ^ int.from_bytes(other)).to_bytes(size)


def _encrypt(keys: Keys, engine: Engine, content: bytes, salt: int) -> tuple[bytes, bytes]:
    if keys.cipher and keys.cipher.kind == "AES":
        salted = (salt & 2**64 - 1).to_bytes(8)
        return salted, _aes(keys.priv).encrypt(_aes_start(engine, salted), content)
    salted = (engine.boots & 2**32 - 1).to_bytes(4) + (salt & 2**32 - 1).to_bytes(4)
    encryptor = Cipher(TripleDES(_des_key(keys)), CBC(_des_start(keys, salted))).encryptor()
    return salted, encryptor.update(content + bytes(-len(content) % 8))


def _decrypt(keys: Keys, envelope: Envelope, content: bytes) -> bytes:
    if keys.cipher is None or len(envelope.salt) != 8:
        raise BerError("encrypted without a key or a salt")
    if keys.cipher.kind == "AES":
        return _aes(keys.priv).decrypt(_aes_start(envelope.engine, envelope.salt), content)
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
