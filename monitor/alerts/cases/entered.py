"""Read what people entered beside the configuration: planned work, and orders about the calendar."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from monitor.alerts.cases.calendar_orders import orders_in_force
from monitor.alerts.cases.downtimes import plans_in_force
from monitor.charter.office import Office
from monitor.settings.calendar_order import OrderedChange
from monitor.settings.load import Settings
from monitor.settings.maintenance_section import Maintenance
from monitor.store.session import Session


@dataclass(frozen=True)
class Entered:
    """What is in force of it. ``plans``: by name; ``orders``: in the order in which they were entered."""

    plans: Mapping[str, Maintenance] = field(default_factory=dict)
    orders: tuple[OrderedChange, ...] = ()

    def office(self, settings: Settings) -> Office:
        """Build the office from settings and this."""
        return Office.of(settings, self.plans, self.orders)


def entered_by(session: Session, now_utc: datetime) -> Entered:
    """Return what is in force now."""
    return Entered(plans_in_force(session, now_utc), orders_in_force(session))


def office_of(session: Session, settings: Settings, now_utc: datetime) -> Office:
    """Return the office of these settings with what people entered."""
    return entered_by(session, now_utc).office(settings)
