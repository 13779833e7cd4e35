"""Define the office for decisions about outages and tickets: its fleet, charter, calendar and rules."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from monitor.charter.calendar import Calendar
from monitor.charter.deadline import explain, target_deadline
from monitor.charter.deputies import Colleague, StandIn, stand_in
from monitor.charter.escalation_steps import Dates, Step, steps
from monitor.charter.services import Charter, Service
from monitor.charter.stages import StageDates, StageRestart, chain
from monitor.charter.waiting import Wait
from monitor.domain.period import Period
from monitor.i18n.languages import BOTH
from monitor.settings.acknowledged_section import Acknowledged
from monitor.settings.calendar_order import OrderedChange
from monitor.settings.fleet import Fleet
from monitor.settings.helpdesk_section import Helpdesk
from monitor.settings.load import Settings
from monitor.settings.maintenance_section import Maintenance
from monitor.settings.monitor_file import Mail
from monitor.settings.notices_section import ChannelSection, Notices, RecipientEntry
from monitor.settings.reports_section import Reports

_Chain = tuple[datetime, StageRestart | None, tuple[Wait, ...]]
_Target = tuple[Period, datetime, datetime, tuple[Wait, ...]]
MOST_COUNTED = 50_000  # dates that are kept: those of all open tickets of a country, and then some
MOST_EXPLAINED = 2_000  # texts of a kilobyte: those of a storm's tickets between their opening and their first stage


@dataclass(frozen=True)
class Office:
    """All facts from the configuration; immutable, replaced as a whole on a reload.

    ``among``: its id among several offices, under which its rows are stored and its pages found; '' for one alone.
    """

    fleet: Fleet
    charter: Charter
    calendar: Calendar
    recovery_hold: timedelta
    reopen_window: timedelta
    mail: Mail
    maintenance: Mapping[str, Maintenance] = field(default_factory=dict)
    notices: Notices = field(default_factory=Notices)
    recipients: Mapping[str, RecipientEntry] = field(default_factory=dict)
    channels: Mapping[str, ChannelSection] = field(default_factory=dict)
    acknowledged: Mapping[str, Acknowledged] = field(default_factory=dict)
    reports: Reports = field(default_factory=Reports)
    colleagues: tuple[Colleague, ...] = ()
    helpdesk: Helpdesk = field(default_factory=Helpdesk)
    among: str = ""
    _chains: dict[_Chain, Sequence[StageDates]] = field(default_factory=dict, init=False, repr=False, compare=False)
    _steps: dict[tuple[Dates, str], Sequence[Step]] = field(default_factory=dict, init=False, repr=False, compare=False)
    _explained: dict[_Target, tuple[str, str]] = field(default_factory=dict, init=False, repr=False, compare=False)

    @classmethod
    def of(
        cls,
        settings: Settings,
        planned: Mapping[str, Maintenance] | None = None,
        orders: Sequence[OrderedChange] = (),
        colleagues: tuple[Colleague, ...] = (),
    ) -> "Office":
        """Build the office from settings and what people entered beside them.

        ``planned``: planned work; ``orders``: changes of the calendar, in the order in which they were entered;
        ``colleagues``: the users, while any of them is away or will be.
        """
        rules = settings.monitor.tickets
        return cls(
            settings.fleet,
            Charter.of(settings.charter),
            Calendar.of(settings.calendar, settings.holidays, orders),
            timedelta(seconds=rules.recovery_hold_s),
            timedelta(hours=rules.reopen_window_h),
            settings.monitor.mail,
            {**settings.monitor.maintenance, **(planned or {})},
            settings.monitor.notices,
            settings.monitor.recipients,
            settings.monitor.channels,
            settings.monitor.acknowledged,
            settings.monitor.reports,
            colleagues,
            settings.monitor.helpdesk,
            settings.office,
        )

    def stages_from(
        self, breached_utc: datetime, restart: StageRestart | None = None, waits: tuple[Wait, ...] = ()
    ) -> Sequence[StageDates]:
        """Return the dates of each stage of the grievance chain for a target missed at that time; cached.

        ``restart`` and ``waits`` as for `charter.stages.chain`.
        """
        known = (breached_utc, restart, waits)
        if known not in self._chains:
            _bound(self._chains)
            self._chains[known] = chain(breached_utc, self.charter.stages, self.calendar, restart, waits)
        return self._chains[known]

    def steps_of(self, dates: Dates, responsible: str) -> Sequence[Step]:
        """Return all steps that a ticket's dates foresee, in the order of their dates; cached."""
        known = (dates, responsible)
        if known not in self._steps:
            _bound(self._steps)
            foreseen = steps(dates, responsible, self.charter.stages, self.calendar)
            self._steps[known] = sorted(foreseen, key=lambda step: (step.at_utc, step.level))
        return self._steps[known]

    def explained(
        self, target: Period, started_utc: datetime, confirmed_utc: datetime, waits: tuple[Wait, ...] = ()
    ) -> tuple[str, str]:
        """Return how the deadline of a target is counted (`deadline.explain`), in Bangla and in English; cached."""
        known = (target, started_utc, confirmed_utc, waits)
        if known not in self._explained:
            _bound(self._explained, MOST_EXPLAINED)
            counted = target_deadline(
                target, started_utc=started_utc, confirmed_utc=confirmed_utc, calendar=self.calendar, waits=waits
            )
            in_bangla, in_english = (explain(counted, lang) for lang in BOTH)
            self._explained[known] = in_bangla, in_english
        return self._explained[known]

    def stand_in(self, recipient: str, at_utc: datetime) -> StandIn | None:
        """Return who gets the letters to an officer of the charter at a time; None for the recipient as such."""
        officer = self.charter.officers.get(recipient)
        if officer is None or recipient in self.recipients:
            return None
        return stand_in(officer, self.colleagues, at_utc)

    def service_of(self, site: str) -> Service:
        """Return the charter service that applies to this site."""
        return self.charter.service_for_kind(self.fleet.sites[site].kind)

    @property
    def id(self) -> str:
        """Return the office's id, which distinguishes offices, as in the metrics' label."""
        return self.charter.office_id

    @property
    def sends_mail(self) -> bool:
        """Return whether mails are sent; else they are written to files.

        Until the office confirms that the officers in charter.toml are its own, they may be somebody else's.
        """
        return self.mail.configured and self.charter.officers_confirmed

    @property
    def mail_domain(self) -> str:
        """Return the domain of our Message-IDs; the reserved name until there is a sender."""
        return self.mail.sender.partition("@")[2] or "upazila-monitor.invalid"


def _bound(counted: dict[Any, Any], most: int = MOST_COUNTED) -> None:
    if len(counted) >= most:
        counted.clear()
