"""Decide whether a log-in is tried at all; pure.

In 15 minutes five failures a name and thirty an address are tried; more are refused without a look at the password.
Who floods a name so must not keep its owner out: a log-in that brings a code is looked at even then, once a second an
address. It succeeds by the right password and the right code alone, and looks refused otherwise. Who knows the password
cannot try all codes that way: after a wrong one, the name's next code is looked at 50 s later.
"""

import ipaddress
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil

from monitor.accounts.codes import hash_of
from monitor.domain.text import comparison_key

WINDOW = timedelta(minutes=15)
MOST_A_NAME, MOST_AN_ADDRESS = 5, 30
LATE_EVERY = timedelta(seconds=1)
CODE_EVERY = timedelta(seconds=50)


@dataclass(frozen=True, slots=True)
class Keys:
    """Under what one log-in is counted; ``late`` and ``code``: what is tried beyond the limits, which is no failure."""

    name: bytes
    address: str
    late: bytes
    code: bytes


@dataclass(frozen=True, slots=True)
class Failures:
    """When log-ins failed, in any order: of this name, from this address, and tried late from it."""

    of_name: Sequence[datetime] = ()
    of_address: Sequence[datetime] = ()
    late: Sequence[datetime] = ()


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a log-in is tried: freely, or ``late``; otherwise so many seconds are to be waited."""

    is_tried: bool
    late: bool = False
    wait_s: int = 0


def keys_of(name: str, address: str) -> Keys:
    """Return the keys for a typed name, known or not, and an address: of IPv6 its /64, which one user has whole."""
    key, network = comparison_key(name), address_key(address)
    return Keys(hash_of(f"name {key}"), network, hash_of(f"late {network}"), hash_of(f"code {key}"))


def proof_key(name: str) -> bytes:
    """Return the key for proofs by a session's user."""
    return hash_of(f"proof {comparison_key(name)}")


def address_key(address: str) -> str:
    """Return an address as failures are counted: IPv4 whole, IPv6 by its first 64 bits; other text as it is."""
    try:
        found = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if isinstance(found, ipaddress.IPv4Address):
        return str(found)
    if found.ipv4_mapped:
        return str(found.ipv4_mapped)
    return str(ipaddress.ip_network((found, 64), strict=False))


def judge(failures: Failures, now_utc: datetime, *, has_code: bool) -> Verdict:
    """Decide about one log-in. ``has_code``: whether something was typed as the code of a second factor."""
    free_utc = max(
        _free_utc(failures.of_name, MOST_A_NAME, now_utc), _free_utc(failures.of_address, MOST_AN_ADDRESS, now_utc)
    )
    if free_utc <= now_utc:
        return Verdict(is_tried=True)
    wait_s = ceil((free_utc - now_utc).total_seconds())
    if has_code and _is_quiet(failures.late, LATE_EVERY, now_utc):
        return Verdict(is_tried=True, late=True, wait_s=wait_s)
    return Verdict(is_tried=False, wait_s=wait_s)


def may_try_code(failed_utc: Sequence[datetime], now_utc: datetime) -> bool:
    """Return whether a late log-in's code is looked at, by when such codes of the name failed before.

    Its password was right.
    """
    return _is_quiet(failed_utc, CODE_EVERY, now_utc)


def counts_since_utc(now_utc: datetime) -> datetime:
    """Return the time after which failures count."""
    return now_utc - WINDOW


def _counting(times: Sequence[datetime], now_utc: datetime) -> list[datetime]:
    """Return those that count, the oldest first: what a corrected clock put into the future counts as now, or not."""
    return sorted(min(each, now_utc) for each in times if now_utc - WINDOW < each < now_utc + WINDOW)


def _free_utc(times: Sequence[datetime], most: int, now_utc: datetime) -> datetime:
    counting = _counting(times, now_utc)
    return counting[-most] + WINDOW if len(counting) >= most else now_utc


def _is_quiet(times: Sequence[datetime], every: timedelta, now_utc: datetime) -> bool:
    return not any(timedelta(0) <= now_utc - each < every for each in times)
