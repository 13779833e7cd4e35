"""Keys and messages of SNMPv3, compared with pysnmp's security model."""

import hmac
from typing import Any

import pytest
from cryptography.hazmat.decrepit.ciphers.modes import CFB
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms
from hypothesis import given
from hypothesis import strategies as st
from pyasn1.type import univ
from pysnmp.entity import config
from pysnmp.entity.engine import SnmpEngine

from monitor.probes.snmp.ber import BerError, oid
from monitor.probes.snmp.keys import CIPHERS, DIGESTS, Credential, Digest, Keys, keys_for
from monitor.probes.snmp.messages import GET, pdu
from monitor.probes.snmp.usm import (
    WINDOW_S,
    Engine,
    _Aes,
    _signature,
    is_signed_by,
    is_timely,
    read_envelope,
    read_scoped,
    scoped,
    seal,
)
from monitor.settings.secrets import Secret
from monitor.settings.snmp_section import Auth, Priv

THEIR_AUTH: dict[Auth, Any] = {
    "MD5": config.USM_AUTH_HMAC96_MD5,
    "SHA-1": config.USM_AUTH_HMAC96_SHA,
    "SHA-224": config.USM_AUTH_HMAC128_SHA224,
    "SHA-256": config.USM_AUTH_HMAC192_SHA256,
    "SHA-384": config.USM_AUTH_HMAC256_SHA384,
    "SHA-512": config.USM_AUTH_HMAC384_SHA512,
}
THEIR_PRIV: dict[Priv, Any] = {
    "DES": config.USM_PRIV_CBC56_DES,
    "3DES": config.USM_PRIV_CBC168_3DES,
    "AES-128": config.USM_PRIV_CFB128_AES,
    "AES-192": config.USM_PRIV_CFB192_AES_BLUMENTHAL,
    "AES-256": config.USM_PRIV_CFB256_AES_BLUMENTHAL,
    "AES-192-C": config.USM_PRIV_CFB192_AES,
    "AES-256-C": config.USM_PRIV_CFB256_AES,
}
PAIRS = st.tuples(st.sampled_from(list(DIGESTS)), st.sampled_from(list(CIPHERS)))
ENGINE = Engine(bytes.fromhex("80001f8880aabbccdd00112233"), 7, 123_456)
PASSWORDS = Secret("the first password"), Secret("the second password")
THEIRS = SnmpEngine()


def credential(auth: Auth, priv: Priv) -> Credential:
    return Credential("monitor", auth, PASSWORDS[0], priv, PASSWORDS[1])


def their_services(auth: Auth, priv: Priv) -> tuple[Any, Any]:
    model = THEIRS.security_models[3]
    return model.AUTH_SERVICES[THEIR_AUTH[auth]], model.PRIV_SERVICES[THEIR_PRIV[priv]]


def their_keys(auth: Auth, priv: Priv, engine: bytes) -> tuple[Any, Any]:
    signing, encrypting = their_services(auth, priv)
    engine_id = univ.OctetString(engine)
    signing_key = signing.localize_key(signing.hash_passphrase(PASSWORDS[0].reveal()), engine_id)
    master = encrypting.hash_passphrase(THEIR_AUTH[auth], PASSWORDS[1].reveal())
    return signing_key, encrypting.localize_key(THEIR_AUTH[auth], master, engine_id)


@pytest.mark.parametrize("priv", list(CIPHERS))
@pytest.mark.parametrize("auth", list(DIGESTS))
def test_keys_are_those_of_pysnmp(auth: Auth, priv: Priv) -> None:
    keys = keys_for(credential(auth, priv), ENGINE.id)
    signing, encrypting = their_keys(auth, priv, ENGINE.id)

    assert keys.auth == bytes(signing)
    assert keys.priv == bytes(encrypting)[: len(keys.priv)]


@pytest.mark.parametrize(
    ("auth", "expected"),
    [("MD5", "526f5eed9fcce26f8964c2930787d82b"), ("SHA-1", "6695febc9288e36282235fc7151f128497b38f3f")],
)
def test_keys_are_those_printed_in_rfc_3414(auth: Auth, expected: str) -> None:
    keys = keys_for(Credential("u", auth, Secret("maplesyrup")), bytes.fromhex("000000000000000000000002"))

    assert keys.auth.hex() == expected


@given(pair=PAIRS, number=st.integers(0, 2**31 - 1), salt=st.integers(0, 2**64 - 1), count=st.integers(0, 30))
def test_what_is_sealed_pysnmp_verifies_and_decrypts(
    pair: tuple[Auth, Priv], number: int, salt: int, count: int
) -> None:
    content = scoped(ENGINE.id, pdu(GET, number, [oid("1.3.6.1.2.1.1.5.0")] * count))
    envelope = read_envelope(seal(number, ENGINE, b"monitor", keys_for(credential(*pair), ENGINE.id), content, salt))
    signing, encrypting = their_services(*pair)
    signing_key, encrypting_key = their_keys(*pair, ENGINE.id)

    signing.authenticate_incoming_message(signing_key, univ.OctetString(envelope.signature), envelope.whole)
    length = envelope.content[1]
    encrypted = envelope.content[2 + (length & 0x7F if length & 0x80 else 0) :]
    parameters = (ENGINE.boots, ENGINE.time_s, univ.OctetString(envelope.salt))
    plain = encrypting.decrypt_data(encrypting_key, parameters, univ.OctetString(encrypted))
    assert bytes(plain)[: len(content)] == content


@given(pair=PAIRS, number=st.integers(0, 2**31 - 1), salt=st.integers(0, 2**64 - 1))
def test_what_is_sealed_is_read_again(pair: tuple[Auth, Priv], number: int, salt: int) -> None:
    keys = keys_for(credential(*pair), ENGINE.id)
    envelope = read_envelope(
        seal(number, ENGINE, b"monitor", keys, scoped(ENGINE.id, pdu(GET, number, [oid("1.3.6.1")])), salt)
    )

    assert (envelope.number, envelope.engine, envelope.user) == (number, ENGINE, b"monitor")
    assert is_signed_by(envelope, keys)
    said = read_scoped(envelope, keys)
    assert (said.kind, said.request_id, said.engine) == (GET, number, ENGINE.id)


@given(pair=PAIRS, at=st.integers(0, 10_000), bit=st.integers(0, 7))
def test_a_single_turned_bit_is_noticed(pair: tuple[Auth, Priv], at: int, bit: int) -> None:
    keys = keys_for(credential(*pair), ENGINE.id)
    message = bytearray(seal(1, ENGINE, b"monitor", keys, scoped(ENGINE.id, pdu(GET, 1, [oid("1.3.6.1")])), 5))
    message[at % len(message)] ^= 1 << bit
    try:
        envelope = read_envelope(bytes(message))
    except BerError:
        return
    assert not is_signed_by(envelope, keys)


@given(st.binary(max_size=200))
def test_any_bytes_are_a_message_or_an_error(data: bytes) -> None:
    try:
        envelope = read_envelope(data)
        read_scoped(envelope, Keys(None, b"", None, b""))
    except BerError:
        pass


@given(
    boots=st.integers(1, 100), time_s=st.integers(200, 10**6), more=st.integers(0, 50), later=st.integers(-199, 10**6)
)
def test_old_messages_are_told_from_timely_ones(boots: int, time_s: int, more: int, later: int) -> None:
    known = Engine(b"engine", boots, time_s)

    assert is_timely(known, Engine(b"engine", boots + more, time_s + later)) == (more > 0 or later >= -WINDOW_S)
    assert not is_timely(known, Engine(b"engine", boots - 1, time_s + later))


def test_keys_are_not_printed() -> None:
    keys = keys_for(credential("SHA-256", "AES-128"), ENGINE.id)

    assert keys.auth.hex() not in repr(keys)
    assert str(keys.auth) not in repr(keys)


@given(
    key=st.sampled_from([bytes(range(size)) for size in (16, 24, 32)]),
    messages=st.lists(st.tuples(st.booleans(), st.binary(min_size=16, max_size=16), st.binary(max_size=200))),
)
def test_kept_contexts_encrypt_and_decrypt_as_new_ones_do(
    key: bytes, messages: list[tuple[bool, bytes, bytes]]
) -> None:
    kept = _Aes(key)
    for encrypts, start, content in messages:
        new = Cipher(algorithms.AES(key), CFB(start))
        expected = (new.encryptor() if encrypts else new.decryptor()).update(content)
        assert (kept.encrypt if encrypts else kept.decrypt)(start, content) == expected


@pytest.mark.parametrize("digest", DIGESTS.values())
def test_kept_signers_sign_as_the_standard_library_does(digest: Digest) -> None:
    for size in (0, 1, 63, 64, 65, 1_000):
        for _ in range(2):
            key, message = b"k" * 20, bytes(size)
            assert _signature(key, digest, message) == hmac.digest(key, message, digest.hash)[: digest.length]
