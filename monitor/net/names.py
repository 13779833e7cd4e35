"""Look up addresses of names by this machine's resolver, with a deadline.

``getaddrinfo`` takes no timeout and cannot be stopped. So each name is looked up in a thread of its own, which may
outlive its caller; further callers for the same name wait for the same thread. Names that were recently slow may use
only half of the threads: a resolver that does not answer for some names does not block the others.
"""

import re
import socket
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import Future, wait
from dataclasses import dataclass
from ipaddress import ip_address

import idna

from monitor.domain.reasons import Reason, ReasonCode, reason, text
from monitor.domain.text import is_printable
from monitor.i18n.reasons import reason_text
from monitor.net.deadline import NS_PER_S, Deadline

MOST_RUNNING = 128
MOST_A_NAME = 2
SLOW_S = 2.0  # who has no answer after so long counts as silent
ABANDONED_S = 30.0  # a look-up older than this is given up for lost, and another one may begin beside it
MOST_CACHED = 1_000
STEP_S = 0.25  # how soon a cancellation is noticed

SocketAddress = tuple[str, int] | tuple[str, int, int, int]
_NUMBER = re.compile(r"\d+|0x[0-9a-f]*", re.IGNORECASE | re.ASCII)


class NoSuchName(OSError):
    """The resolver reports that there is no such name, or the text cannot be one; ``reason`` says which."""

    def __init__(self, reason: Reason | None) -> None:
        super().__init__(reason_text(reason, "en"))
        self.reason = reason


class NamesBusy(Exception):
    """Too many names are being looked up: our own fault, not the host's."""


@dataclass(frozen=True, slots=True)
class Address:
    """One address of a name, as a socket of ``family`` connects to it."""

    family: int
    place: SocketAddress


@dataclass(slots=True)
class _Lookup:
    future: "Future[list[Address]]"
    begun_mono_ns: int


def ascii_name(name: str) -> str:
    """Return the name as in DNS: internationalised labels in their ASCII form. Raises NoSuchName.

    By UTS 46 without transition, as browsers do, so that Bangla's ZWJ and ZWNJ are kept. An IPv4 address in short,
    octal or hexadecimal form ('1.2' would mean 1.0.0.2) is refused.
    """
    labels = re.split("[.\u3002\uff0e\uff61]", name)
    if len(labels) > 1 and not labels[-1]:
        labels.pop()
    try:
        encoded = [label if label.isascii() else idna.encode(label, uts46=True).decode() for label in labels]
    except UnicodeError:
        raise NoSuchName(reason(ReasonCode.NAME_IMPOSSIBLE, name=name)) from None
    whole = ".".join(encoded)
    if len(whole) > 253 or not all(0 < len(label) <= 63 for label in encoded):
        raise NoSuchName(reason(ReasonCode.NAME_IMPOSSIBLE, name=name))
    if not is_printable(whole) or any(character in whole for character in " /@\\") or _NUMBER.fullmatch(encoded[-1]):
        raise NoSuchName(reason(ReasonCode.NAME_IMPOSSIBLE, name=name))
    return whole


def _from_system(name: str) -> list[Address]:
    """Ask the machine's resolver; port 0. Blocks without limit."""
    try:
        found = socket.getaddrinfo(name, 0, type=socket.SOCK_STREAM)
    except UnicodeError:
        raise NoSuchName(reason(ReasonCode.NAME_IMPOSSIBLE, name=name)) from None
    except socket.gaierror as error:
        if error.errno in {socket.EAI_NONAME, socket.EAI_NODATA}:
            raise NoSuchName(reason(ReasonCode.NO_SUCH_NAME)) from None
        if error.errno in {socket.EAI_AGAIN, socket.EAI_FAIL}:
            raise NoSuchName(reason(ReasonCode.RESOLVER_SILENT)) from None
        raise NoSuchName(text((error.strerror or str(error)).lower())) from None
    return [Address(family, place) for family, _, _, _, place in found]  # type: ignore[arg-type]  # of IP alone


class Names:
    """The look-ups under way. ``ask`` waits for the resolver. All methods are thread-safe."""

    def __init__(
        self,
        ask: Callable[[str], list[Address]] = _from_system,
        mono_ns: Callable[[], int] = time.monotonic_ns,
        most: int = MOST_RUNNING,
    ) -> None:
        self._ask, self._mono_ns, self._most = ask, mono_ns, most
        self._lock = threading.Lock()
        self._running: dict[str, list[_Lookup]] = {}
        self._silent: OrderedDict[str, None] = OrderedDict()

    def look_up(self, host: str, port: int, deadline: Deadline) -> list[Address]:
        """Return all addresses of a host, best first; raises NoSuchName, NamesBusy, DeadlinePassed, Cancelled.

        Blocks.
        """
        if (literal := _literal(host, port)) is not None:
            return [literal]
        future = self._begin(ascii_name(host))
        while not future.done():
            wait([future], min(deadline.remaining_s(), STEP_S))
        return _at(port, future.result())

    def _begin(self, name: str) -> "Future[list[Address]]":
        """Return the look-up of that name which is under way, or begin one."""
        with self._lock:
            now_ns = self._mono_ns()
            self._note_silent(now_ns)
            of_name = self._running.setdefault(name, [])
            if of_name and (now_ns - of_name[-1].begun_mono_ns < ABANDONED_S * NS_PER_S or len(of_name) >= MOST_A_NAME):
                return of_name[-1].future
            if not self._has_room_for(name):
                if not of_name:
                    del self._running[name]
                raise NamesBusy("too many names wait for the resolver")
            future: Future[list[Address]] = Future()
            future.set_running_or_notify_cancel()  # a caller that gives up no longer cancels it for others
            lookup = _Lookup(future, now_ns)
            of_name.append(lookup)
        threading.Thread(target=self._work, args=(name, lookup), name="names", daemon=True).start()
        return future

    def _has_room_for(self, name: str) -> bool:
        silent = sum(len(lookups) for other, lookups in self._running.items() if other in self._silent)
        running = sum(map(len, self._running.values()))
        return silent < self._most // 2 and running < self._most if name in self._silent else running < self._most

    def _note_silent(self, now_ns: int) -> None:
        for name, lookups in self._running.items():
            if any(now_ns - lookup.begun_mono_ns > SLOW_S * NS_PER_S for lookup in lookups):
                self._silent[name] = None
        while len(self._silent) > MOST_CACHED:
            self._silent.popitem(last=False)

    def _work(self, name: str, lookup: _Lookup) -> None:
        found: list[Address] | BaseException
        try:
            found = self._ask(name)
        except BaseException as error:
            found = error
        with self._lock:
            self._running[name].remove(lookup)
            if not self._running[name]:
                del self._running[name]
            if self._mono_ns() - lookup.begun_mono_ns > SLOW_S * NS_PER_S:
                self._silent[name] = None
            else:
                self._silent.pop(name, None)
        if isinstance(found, BaseException):
            lookup.future.set_exception(found)
        else:
            lookup.future.set_result(found)


def _literal(host: str, port: int) -> Address | None:
    """Return an address that needs no resolver; a zone is the name or index of an interface."""
    try:
        parsed = ip_address(host)
    except ValueError:
        return None
    if parsed.version == 4:
        return Address(socket.AF_INET, (str(parsed), port))
    zone = parsed.scope_id
    try:
        scope = 0 if zone is None else int(zone) if zone.isascii() and zone.isdecimal() else socket.if_nametoindex(zone)
    except (OSError, ValueError):
        raise NoSuchName(reason(ReasonCode.NO_INTERFACE_HERE, interface=zone or "")) from None
    if parsed.is_link_local and not scope:
        raise NoSuchName(reason(ReasonCode.ZONE_MISSING, address=host))
    return Address(socket.AF_INET6, (host.partition("%")[0], port, 0, scope))


def _at(port: int, found: list[Address]) -> list[Address]:
    return [Address(each.family, (each.place[0], port, *each.place[2:])) for each in found]


NAMES = Names()
"""This machine's resolver: one of it, so one for the whole process."""
