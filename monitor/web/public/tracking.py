"""Say how far a request is, to whoever has its number and code; guesses are few, and all refusals alike."""

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from ipaddress import ip_address, ip_network

from monitor.charter.office import Office
from monitor.charter.services import Officer
from monitor.domain.message import N_, Message
from monitor.domain.ticket_states import UNSOLVED
from monitor.domain.tracking_code import matches
from monitor.i18n import formats
from monitor.i18n.catalogue import tr
from monitor.i18n.languages import Lang
from monitor.i18n.terms import TICKET_STATES
from monitor.store import public_rows, queries
from monitor.store.public_rows import Tracked
from monitor.store.session import Session

WITHIN_S = 900.0
MOST_OF_ONE, MOST_OF_ALL = 10, 3_000  # wrong tries within that time; 24^8 codes are safe from so many
NONE_SUCH = N_("There is no request with this number and code. Look at your slip again, or call the office")
TOO_MANY = N_("Too many wrong tries. Try again in {minutes} minutes, or call the office")


@dataclass(slots=True)
class Guesses:
    """The wrong tries of the last quarter of an hour, by address; on one thread, by a monotonic clock in seconds."""

    _tries: deque[tuple[float, str]] = field(default_factory=deque)

    def wait_s(self, address: str, now_s: float) -> float:
        """Return for how long nobody at ``address`` may try again, in seconds; 0 for at once."""
        while self._tries and self._tries[0][0] <= now_s - WITHIN_S:
            self._tries.popleft()
        mine = [at_s for at_s, whose in self._tries if whose == network_of(address)]
        if len(mine) >= MOST_OF_ONE:
            return mine[-MOST_OF_ONE] + WITHIN_S - now_s
        return self._tries[0][0] + WITHIN_S - now_s if len(self._tries) >= MOST_OF_ALL else 0.0

    def note(self, address: str, now_s: float) -> None:
        """Count a try that may be wrong."""
        self._tries.append((now_s, network_of(address)))

    def reset(self, address: str, tried_s: float) -> None:
        """Take the try of that moment back: it was right."""
        tried = (tried_s, network_of(address))
        if tried in self._tries:
            self._tries.remove(tried)


def network_of(address: str) -> str:
    """Return whom an address is counted as: an IPv6 subscriber has a whole network of them."""
    try:
        found = ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if found.version == 4:
        return str(found)
    return str(found.ipv4_mapped or ip_network((found, 64), strict=False))


def find(session: Session, number: str, code: str, this_year: int) -> Tracked | None:
    """Return the request of that number, if ``code`` is its code; None alike for a wrong number and a wrong code."""
    found = public_rows.tracked(session, queries.number_like(session, number, this_year))
    is_it = matches(code, found.code if found is not None else "")
    return found if is_it else None


def holder_of(found: Tracked, office: Office) -> Officer | None:
    """Return who has to settle an open request now; None for one that is done."""
    if found.state not in UNSOLVED:
        return None
    holders = {stage.level: stage.holder for stage in office.charter.stages}
    return office.charter.officers.get(holders.get(found.stage, office.charter.service(found.service).officer))


def shown(found: Tracked, office: Office, lang: Lang) -> Mapping[str, str]:
    """Return what the requester is told, in words."""
    service = office.charter.service(found.service)
    holder = holder_of(found, office)
    is_open = found.state in UNSOLVED
    done = found.resolved_utc if found.resolved_utc is not None and not is_open else None
    return {
        "number": found.number,
        "service": service.name(lang),
        "state": tr(lang, TICKET_STATES.get(found.state, found.state)),
        "received": formats.moment_text(found.received_utc, lang),
        "due": formats.moment_text(found.deadline_utc, lang) if is_open else "",
        "resolved": formats.moment_text(done, lang) if done is not None else "",
        "holder": (holder.title(lang) or holder.name(lang)) if holder is not None else "",
        "note": found.note,
    }


def too_many(wait_s: float) -> Message:
    """Return the words for who has tried too often."""
    return Message(TOO_MANY, {"minutes": max(1, round(wait_s / 60))})
