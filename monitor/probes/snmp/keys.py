"""Derive the keys of SNMPv3 users from a password, for one engine (RFC 3414 A.2, RFC 3826, RFC 7860). Pure.

Signing and encryption use hashlib and `cryptography`; the key derivation uses pysnmp, which is untyped and imported
here alone.
"""

import hashlib
from collections.abc import Callable
from functools import lru_cache
from typing import Any, NamedTuple, cast

from pysnmp.proto.secmod.rfc3414.localkey import hash_passphrase

from monitor.settings.secrets import Secret
from monitor.settings.snmp_section import Auth, Priv


class Digest(NamedTuple):
    """An authentication protocol: its hash, and how many of its bytes are sent."""

    hash: str
    length: int


class Cipher(NamedTuple):
    """A privacy protocol; ``stretch`` extends a key beyond the length of the hash's digest."""

    kind: str
    key_bytes: int
    stretch: Callable[[bytes, bytes, str], bytes]


class Credential(NamedTuple):
    """A user of SNMPv3; without ``auth`` nothing is signed, without ``priv`` nothing is encrypted."""

    user: str
    auth: Auth | None = None
    auth_key: Secret | None = None
    priv: Priv | None = None
    priv_key: Secret | None = None


class Keys(NamedTuple):
    """A credential's keys for one engine; empty where it has none."""

    digest: Digest | None
    auth: bytes
    cipher: Cipher | None
    priv: bytes

    def __repr__(self) -> str:
        return f"<keys {self.digest and self.digest.hash} {self.cipher and self.cipher.kind}>"


def _localised(key: bytes, engine: bytes, hash_: str) -> bytes:
    return hashlib.new(hash_, key + engine + key).digest()


def _blumenthal(key: bytes, _engine: bytes, hash_: str) -> bytes:
    """Extend a key by draft-blumenthal-aes-usm-04, 3.1.2.1: AES-192 and AES-256 of net-snmp and gosnmp."""
    return key + hashlib.new(hash_, key).digest()


def _reeder(key: bytes, engine: bytes, hash_: str) -> bytes:
    """Extend a key by draft-reeder-snmpv3-usm-3desede-00, 2.1: 3DES; AES-192 and AES-256 of Cisco and many others."""
    return key + _localised(_from_password(key, hash_), engine, hash_)


DIGESTS: dict[Auth, Digest] = {
    "MD5": Digest("md5", 12),
    "SHA-1": Digest("sha1", 12),
    "SHA-224": Digest("sha224", 16),
    "SHA-256": Digest("sha256", 24),
    "SHA-384": Digest("sha384", 32),
    "SHA-512": Digest("sha512", 48),
}
CIPHERS: dict[Priv, Cipher] = {
    "DES": Cipher("DES", 16, _blumenthal),
    "3DES": Cipher("DES", 32, _reeder),
    "AES-128": Cipher("AES", 16, _blumenthal),
    "AES-192": Cipher("AES", 24, _blumenthal),
    "AES-256": Cipher("AES", 32, _blumenthal),
    "AES-192-C": Cipher("AES", 24, _reeder),
    "AES-256-C": Cipher("AES", 32, _reeder),
}


@lru_cache(maxsize=1_024)
def _from_password(password: bytes, hash_: str) -> bytes:
    """Hash the password, a megabyte long (RFC 3414, A.2); cached, because it is slow."""
    digest: Any = hash_passphrase(password, lambda: hashlib.new(hash_))
    return cast("bytes", digest.asOctets())


def keys_for(credential: Credential, engine: bytes) -> Keys:
    """Return the credential's keys for the engine with that id."""
    if credential.auth is None or credential.auth_key is None:
        return Keys(None, b"", None, b"")
    digest = DIGESTS[credential.auth]
    auth = _localised(_from_password(credential.auth_key.reveal().encode(), digest.hash), engine, digest.hash)
    if credential.priv is None or credential.priv_key is None:
        return Keys(digest, auth, None, b"")
    cipher = CIPHERS[credential.priv]
    priv = _localised(_from_password(credential.priv_key.reveal().encode(), digest.hash), engine, digest.hash)
    while len(priv) < cipher.key_bytes:
        priv = cipher.stretch(priv, engine, digest.hash)
    return Keys(digest, auth, cipher, priv[: cipher.key_bytes])
