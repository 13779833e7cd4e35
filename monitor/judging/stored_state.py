"""Define what is stored of judging, by which it goes on after a restart, or in another daemon."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from monitor.domain.downtime import Downtime
from monitor.judging.health import State


@dataclass(frozen=True)
class StoredState:
    """The stored state of judging.

    ``open_outages``: site → start; ``affected``: site → root; ``states``: site → last stored state; ``in_downtime``:
    unreachable sites without an outage; ``silent_since``: the first failed round of all of them; ``promised``: since
    when sites in ``in_downtime`` were unreachable within service hours, where that was before it; ``blind``: uplink →
    since when; ``went_down``: when each site went down by its own fault, as far back as any is down now; ``flapping``:
    flapping sites.
    """

    open_outages: Mapping[str, datetime]
    affected: Mapping[str, str]
    states: Mapping[str, State]
    silent_since: Mapping[str, datetime]
    in_downtime: Mapping[str, Downtime]
    blind: Mapping[str, datetime]
    promised: Mapping[str, datetime]
    went_down: Mapping[str, list[datetime]]
    flapping: frozenset[str]

    def only(self, concerns: Callable[[str], bool]) -> "StoredState":
        """Return what is stored of the sites that ``concerns`` holds for; of no uplink."""
        return StoredState(
            {site: since_utc for site, since_utc in self.open_outages.items() if concerns(site)},
            {site: root for site, root in self.affected.items() if concerns(site)},
            {site: state for site, state in self.states.items() if concerns(site)},
            {site: since_utc for site, since_utc in self.silent_since.items() if concerns(site)},
            {site: downtime for site, downtime in self.in_downtime.items() if concerns(site)},
            {},
            {site: since_utc for site, since_utc in self.promised.items() if concerns(site)},
            {site: went_utc for site, went_utc in self.went_down.items() if concerns(site)},
            frozenset(filter(concerns, self.flapping)),
        )


NOTHING_STORED = StoredState({}, {}, {}, {}, {}, {}, {}, {}, frozenset())
