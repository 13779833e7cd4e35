"""Keep the office in force: its settings, what people entered beside them, and the board that judges by both."""

from datetime import timedelta
from functools import partial

from monitor.alerts.cases.entered import Entered
from monitor.charter.downtimes import downtime_of
from monitor.domain.clock import Clock
from monitor.judging.clock_trust import Move
from monitor.judging.decisions import Decision
from monitor.judging.distrust import Distrust
from monitor.judging.thresholds import limits_of, rules_of, thresholds_of
from monitor.runtime.live import RuntimeState
from monitor.settings.installation import Installation
from monitor.settings.load import Settings


class OfficeInForce:
    """The office in force; every change returns the board's decisions. On the event loop.

    Readers find it in ``live``.
    """

    def __init__(
        self,
        clock: Clock,
        settings: Settings,
        entered: Entered,
        live: RuntimeState,
        distrust: Distrust,
        installation: Installation | None = None,
    ) -> None:
        self.settings, self.entered = settings, entered
        self._installation = installation or Installation.of(settings)
        self._clock, self._live, self._distrust = clock, live, distrust

    def begin(self) -> list[Decision]:
        """End the outages of sites that were removed from the configuration while the daemon was not running."""
        rules = rules_of(self.settings.monitor.judging)
        return self._live.board.replace_fleet(self.settings.fleet, rules, self._clock.utc())

    def reconfigure(self, settings: Settings, installation: Installation | None = None) -> list[Decision]:
        """Apply another configuration; ``installation``: with its offices, None for one that stands alone."""
        self._installation = installation or Installation.of(settings)
        self.settings, judging, board = settings, settings.monitor.judging, self._live.board
        self._live.offices = self.entered.offices(self._installation)
        board.baselines.adjust(limits_of(judging))
        board.downtimes, board.flaps.thresholds = partial(downtime_of, self._live.office), thresholds_of(judging)
        decisions = board.replace_fleet(settings.fleet, rules_of(judging), self._clock.utc())
        self._live.replace_fleet(settings.fleet)
        return decisions

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
