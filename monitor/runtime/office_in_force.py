"""Keep the office in force: its settings, what people entered beside them, and the board that judges by both.

Where several daemons work on one database, the board judges the sites of the shards that are held here.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from functools import partial

from monitor.alerts.cases.entered import Entered
from monitor.charter.downtimes import downtime_of
from monitor.domain.clock import Clock
from monitor.domain.leases import Lease
from monitor.judging.baseline import Usual
from monitor.judging.clock_trust import Move
from monitor.judging.decisions import Decision
from monitor.judging.distrust import Distrust
from monitor.judging.shards import moved_between, shard_of
from monitor.judging.stored_state import NOTHING_STORED, StoredState
from monitor.judging.thresholds import limits_of, rules_of, thresholds_of
from monitor.runtime.live import RuntimeState
from monitor.runtime.own_shards import OwnShards
from monitor.settings.fleet import Fleet
from monitor.settings.installation import Installation
from monitor.settings.load import Settings


class OfficeInForce:
    """The office in force; every change returns the board's decisions. On the event loop.

    Readers find it in ``live``. ``shards``: what is judged here.
    """

    def __init__(
        self,
        clock: Clock,
        settings: Settings,
        entered: Entered,
        live: RuntimeState,
        distrust: Distrust,
        installation: Installation | None = None,
        leases: Mapping[int, Lease] | None = None,
    ) -> None:
        self.settings, self.entered = settings, entered
        self.shards = OwnShards(settings.fleet, leases)
        self._installation = installation or Installation.of(settings)
        self._clock, self._live, self._distrust = clock, live, distrust

    def begin(self) -> list[Decision]:
        """End the outages of sites that were removed from the configuration while the daemon was not running."""
        rules = rules_of(self.settings.monitor.judging)
        return self._live.board.replace_fleet(self.shards.part, rules, self._clock.utc())

    @property
    def probed(self) -> Settings:
        """Return the settings with the sites that are judged here alone."""
        return self.settings if self.shards.leases is None else replace(self.settings, fleet=self.shards.part)

    def drop(self, kept: Mapping[int, Lease]) -> None:
        """Judge the sites of these shards alone from now on; nothing is decided of the others."""
        self.shards = self.shards.with_leases(kept)
        self._narrow(self.shards.part, NOTHING_STORED, {})

    def take(self, leases: Mapping[int, Lease], known: StoredState, usual_times: Mapping[str, Usual]) -> list[Decision]:
        """Judge the sites of these shards from now on; ``known`` and ``usual_times``: of those that come."""
        self.shards = self.shards.with_leases(leases)
        self._narrow(self.shards.part, known, usual_times)
        return self.begin()

    def _narrow(self, part: Fleet, known: StoredState, usual_times: Mapping[str, Usual]) -> None:
        gone = self._live.board.fleet.devices.keys() - part.devices.keys()
        self._live.board.hold(part, known, usual_times)
        self._live.forget(gone)

    def reconfigure(self, settings: Settings, installation: Installation | None = None) -> list[Decision]:
        """Apply another configuration; ``installation``: with its offices, None for one that stands alone.

        A shard into which sites have moved by it is held no more: it is to be taken up again.
        """
        self._reshard(settings.fleet)
        self._installation = installation or Installation.of(settings)
        self.settings, judging, board = settings, settings.monitor.judging, self._live.board
        self._live.offices = self.entered.offices(self._installation)
        board.baselines.adjust(limits_of(judging))
        board.downtimes, board.flaps.thresholds = partial(downtime_of, self._live.office), thresholds_of(judging)
        decisions = board.replace_fleet(self.shards.part, rules_of(judging), self._clock.utc())
        self._live.replace_fleet(settings.fleet)
        return decisions

    def _reshard(self, after: Fleet) -> None:
        """Apply another fleet to the shards that are held; sites that go to another shard are dropped undecided."""
        before, leases = self.shards, self.shards.leases
        if leases is None:
            self.shards = OwnShards(after)
            return
        moved = moved_between(before.fleet, after)
        kept = {shard: lease for shard, lease in leases.items() if shard not in moved}
        removed = {
            site: lease for site in before.part.sites.keys() - after.sites.keys() if (lease := before.lease_of(site))
        }
        stays = {id_: site for id_, site in before.part.sites.items() if id_ in removed or shard_of(after, id_) in kept}
        self._narrow(replace(before.part, sites=stays), NOTHING_STORED, {})
        self.shards = OwnShards(after, kept, removed)

    def replan(self, entered: Entered) -> list[Decision]:
        """Apply work that was planned or ended, and orders about the calendar."""
        self.entered = entered
        self._live.offices = entered.offices(self._installation)
        return self._live.board.replan(partial(downtime_of, self._live.office), self._clock.utc())

    def redate(self, move: Move) -> list[Decision]:
        """Apply another trusted time: what is unconfirmed is redated and judged again, as after a stall."""
        self.distrust(move.by)
        return self._live.board.resume_after_stall(self._clock.utc())

    def distrust(self, redated_by: timedelta = timedelta(0)) -> None:
        """Turn failed rounds under way, and each device's next one, into unknown ones."""
        fleet = self._live.fleet
        self._distrust.begin((*fleet.devices, *fleet.references), self._clock.mono_ns(), redated_by)
