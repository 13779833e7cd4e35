"""The office that is in force: its settings, the work planned by command, and the board that judges by both."""

from datetime import timedelta
from functools import partial

from monitor.alerts.cases.downtimes import Plans
from monitor.charter.downtimes import downtime_of
from monitor.charter.office import Office
from monitor.domain.clock import Clock
from monitor.judging.clock_trust import Move
from monitor.judging.decisions import Decision
from monitor.judging.distrust import Distrust
from monitor.judging.thresholds import limits_of, rules_of, thresholds_of
from monitor.runtime.live import RuntimeState
from monitor.settings.load import Settings


class OfficeInForce:
    """Every change of it returns what the board decides for that. On the event loop; readers find it in ``live``."""

    def __init__(self, clock: Clock, settings: Settings, plans: Plans, live: RuntimeState, distrust: Distrust) -> None:
        self.settings, self.plans = settings, plans
        self._clock, self._live, self._distrust = clock, live, distrust

    def begin(self) -> list[Decision]:
        """Ends the outages of what was taken out of the configuration while nobody ran."""
        rules = rules_of(self.settings.monitor.judging)
        return self._live.board.replace_fleet(self.settings.fleet, rules, self._clock.utc())

    def reconfigure(self, settings: Settings) -> list[Decision]:
        """Goes over to another configuration."""
        self.settings, judging, board = settings, settings.monitor.judging, self._live.board
        self._live.office = Office.of(settings, self.plans)
        board.baselines.adjust(limits_of(judging))
        board.downtimes, board.flaps.thresholds = partial(downtime_of, self._live.office), thresholds_of(judging)
        decisions = board.replace_fleet(settings.fleet, rules_of(judging), self._clock.utc())
        self._live.replace_fleet(settings.fleet)
        return decisions

    def replan(self, plans: Plans) -> list[Decision]:
        """Planned work was added or ended by command: it counts from now on."""
        self.plans = plans
        self._live.office = Office.of(self.settings, plans)
        return self._live.board.replan(partial(downtime_of, self._live.office), self._clock.utc())

    def redate(self, move: Move) -> list[Decision]:
        """Another time is believed: what was only in doubt so far is judged by it and anew, as after a sleep."""
        self.distrust(move.by)
        return self._live.board.resume_after_stall(self._clock.utc())

    def distrust(self, redated_by: timedelta = timedelta(0)) -> None:
        """Believes no failed round that is under way, nor the next one of any device."""
        fleet = self._live.fleet
        self._distrust.begin((*fleet.devices, *fleet.references), self._clock.mono_ns(), redated_by)
