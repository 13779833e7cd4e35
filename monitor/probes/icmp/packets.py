"""Encode and decode ICMP echo packets (RFC 792, RFC 4443): what is sent, and what counts as a reply. Pure.

Our echo request, after the ICMP header (type, code, checksum, identifier, sequence)::

    0        8        12       16    18    20
    | cookie | token  | ~token | ~seq | pad |

The cookie is a secret of this run; the token numbers every echo ever sent, and the sequence is its low half. Each
varying word stands beside its complement, so that the checksum of all our requests is one constant, and so is that of
all valid replies: comparing every field verifies the checksum. Zeros may follow.

Tokens come in blocks of ``BATCH``, one block for each batch: the upper bits number the batch, the lower ones the index
in it.
"""

import struct
from enum import StrEnum
from typing import NamedTuple

from monitor.domain.reasons import Reason, ReasonCode, reason

HEADER = struct.Struct("!BBHHH")
BODY = struct.Struct("!8sIIHH")
REQUEST = struct.Struct("!BBHHH8sIIHH")  # header and body at once
PACKET_BYTES = REQUEST.size
COOKIE_BYTES = 8
MOST_TOKENS = 1 << 32
BATCH = 128  # echoes sent by one system call; a power of two
BATCH_BITS = BATCH.bit_length() - 1
MOST_BATCHES = MOST_TOKENS // BATCH
LEAST_PAYLOAD_BYTES = BODY.size
# A column of a batch, a 32-bit word for each packet, as one number: the first packet's word is the highest.
EACH = int.from_bytes(struct.pack("!I", 1) * BATCH)
PLACES = int.from_bytes(struct.pack(f"!{BATCH}I", *range(BATCH)))

ECHO_REPLY, ECHO_REQUEST = 0, 8
ECHO_REQUEST_V6, ECHO_REPLY_V6 = 128, 129

UNREACHABLE = {
    0: ReasonCode.NETWORK_UNREACHABLE,
    1: ReasonCode.HOST_UNREACHABLE,
    2: ReasonCode.PROTOCOL_UNREACHABLE,
    3: ReasonCode.PORT_UNREACHABLE,
    4: ReasonCode.FRAGMENTATION_NEEDED,
    9: ReasonCode.NETWORK_PROHIBITED,
    10: ReasonCode.HOST_PROHIBITED,
    13: ReasonCode.PROHIBITED,
}
UNREACHABLE_V6 = {
    0: ReasonCode.NO_ROUTE,
    1: ReasonCode.PROHIBITED,
    3: ReasonCode.ADDRESS_UNREACHABLE,
    4: ReasonCode.PORT_UNREACHABLE,
    5: ReasonCode.SOURCE_REFUSED,
    6: ReasonCode.ROUTE_REJECTED,
}
OTHERS = {11: ReasonCode.TTL_EXCEEDED, 12: ReasonCode.PARAMETER_PROBLEM}
OTHERS_V6 = {2: ReasonCode.PACKET_TOO_BIG, 3: ReasonCode.HOP_LIMIT_EXCEEDED, 4: ReasonCode.PARAMETER_PROBLEM}


class Rejected(StrEnum):
    """Why a datagram is no valid reply to an echo of ours."""

    TRUNCATED = "truncated"
    BAD_CHECKSUM = "bad_checksum"
    FOREIGN = "foreign"
    FORGED_COOKIE = "forged_cookie"
    FORGED_SEQUENCE = "forged_sequence"
    FORGED_SOURCE = "forged_source"
    LATE = "late"
    DUPLICATE = "duplicate"


FORGED = (Rejected.BAD_CHECKSUM, Rejected.FORGED_COOKIE, Rejected.FORGED_SEQUENCE, Rejected.FORGED_SOURCE)


class Reply(NamedTuple):
    """An echo reply that carries our cookie; ``token``: the echo it claims to answer."""

    token: int
    sequence: int


class ErrorMessage(NamedTuple):
    """An ICMP error about an echo of ours: the low half of its token, its destination, and the reason.

    ``destination`` is empty where the error does not quote it.
    """

    sequence: int
    destination: bytes
    reason: Reason


class Requests:
    """Echo requests with one identifier and cookie. Their checksum is computed once.

    For IPv6 the kernel computes it.
    """

    def __init__(self, *, v6: bool, identifier: int, cookie: bytes) -> None:
        self._kind = ECHO_REQUEST_V6 if v6 else ECHO_REQUEST
        self._identifier = identifier
        self._cookie = cookie
        self._checksum = 0
        self._checksum = 0 if v6 else checksum(self.packet(0))

    def words(self, batch: int) -> tuple[bytes, ...]:
        """Return the columns of the words that differ from packet to packet in a batch (numbers 1, 4, 5 and 6).

        In network order, to be copied over packets made by `packet`. A column is computed as one number: the places
        fill the low bits of the tokens, which are zeros before (in the complements: ones), so that nothing is carried
        from word to word, and no Python code runs for a single echo.
        """
        token = batch * BATCH
        inverse = token ^ 0xFFFFFFFF
        columns = (
            EACH * (self._identifier << 16 | token & 0xFFFF) + PLACES,
            EACH * token + PLACES,
            EACH * inverse - PLACES,
            (EACH * (inverse & 0xFFFF) - PLACES) << 16,
        )
        return tuple([column.to_bytes(4 * BATCH) for column in columns])

    def packet(self, token: int) -> bytes:
        """Return the echo request number ``token`` (0 to 2³² - 1)."""
        sequence = token & 0xFFFF
        return REQUEST.pack(
            self._kind,
            0,
            self._checksum,
            self._identifier,
            sequence,
            self._cookie,
            token,
            token ^ 0xFFFFFFFF,
            sequence ^ 0xFFFF,
            0,
        )


def answer_to(request: bytes, *, v6: bool) -> bytes:
    """Return the valid reply to an echo request: another type, and with it another checksum (in IPv6 the kernel's)."""
    bare = bytes([ECHO_REPLY_V6 if v6 else ECHO_REPLY]) + request[1:2] + b"\0\0" + request[4:]
    return bare if v6 else bare[:2] + checksum(bare).to_bytes(2) + bare[4:]


def checksum(data: bytes) -> int:
    """Return the Internet checksum (RFC 1071); 0 over a packet that carries a right one."""
    if len(data) % 2:
        data += b"\0"
    total = sum(struct.unpack(f"!{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return int(total ^ 0xFFFF)


def without_ip_header(data: bytes) -> bytes:
    """Return what an IPv4 raw socket received, from the ICMP header on; empty when there is none."""
    return data[(data[0] & 0x0F) * 4 :] if data else b""


def read_reply(data: bytes, *, v6: bool, identifier: int, cookie: bytes) -> Reply | Rejected | None:
    """Return the reply in ``data`` (from the ICMP header on); None for another kind of message."""
    if len(data) < HEADER.size:
        return Rejected.TRUNCATED
    kind, code, _, its_identifier, sequence = HEADER.unpack_from(data)
    if kind != (ECHO_REPLY_V6 if v6 else ECHO_REPLY):
        return None
    if its_identifier != identifier or code != 0:
        return Rejected.FOREIGN
    if len(data) < PACKET_BYTES:
        return Rejected.TRUNCATED
    its_cookie, token, inverse, inverse_sequence, _ = BODY.unpack_from(data, HEADER.size)
    if its_cookie != cookie:
        return Rejected.FORGED_COOKIE
    if token ^ inverse != 0xFFFFFFFF or sequence ^ inverse_sequence != 0xFFFF or token & 0xFFFF != sequence:
        return Rejected.FORGED_SEQUENCE
    return Reply(token, sequence)


def read_error(data: bytes, *, v6: bool, identifier: int) -> ErrorMessage | None:
    """Return the ICMP error in ``data`` (from the ICMP header on) about an echo of ours; None when it is about none."""
    if len(data) < HEADER.size:
        return None
    said = error_reason(data[0], data[1], v6=v6)
    packet = data[HEADER.size :]
    quoted, destination = (packet[40:], packet[24:40]) if v6 else (without_ip_header(packet), packet[16:20])
    if said is None or len(quoted) < HEADER.size:
        return None
    quoted_kind, _, _, its_identifier, sequence = HEADER.unpack_from(quoted)
    if its_identifier != identifier or quoted_kind != (ECHO_REQUEST_V6 if v6 else ECHO_REQUEST):
        return None
    return ErrorMessage(sequence, destination, said)


def error_reason(kind: int, code: int, *, v6: bool) -> Reason | None:
    """Return the reason of an ICMP error of that type and code; None for what is no error."""
    if kind == (1 if v6 else 3):
        known = (UNREACHABLE_V6 if v6 else UNREACHABLE).get(code)
        return reason(known) if known else reason(ReasonCode.UNREACHABLE, icmp_code=code)
    other = (OTHERS_V6 if v6 else OTHERS).get(kind)
    return reason(other) if other else None
