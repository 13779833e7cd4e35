"""Read what people entered beside the configuration: planned work, orders about the calendar, and who is away."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from monitor.alerts.cases.calendar_orders import orders_in_force
from monitor.alerts.cases.downtimes import plans_in_force
from monitor.charter.deputies import Colleague
from monitor.charter.office import Office
from monitor.settings.calendar_order import OrderedChange
from monitor.settings.load import Settings
from monitor.settings.maintenance_section import Maintenance
from monitor.store import user_rows
from monitor.store.models import User
from monitor.store.session import Session


@dataclass(frozen=True)
class Entered:
    """What is in force of it. ``plans``: by name; ``orders``: in the order in which they were entered.

    ``colleagues``: the users, while any of them is away or will be.
    """

    plans: Mapping[str, Maintenance] = field(default_factory=dict)
    orders: tuple[OrderedChange, ...] = ()
    colleagues: tuple[Colleague, ...] = ()

    def office(self, settings: Settings) -> Office:
        """Build the office from settings and this."""
        return Office.of(settings, self.plans, self.orders, self.colleagues)


def entered_by(session: Session, now_utc: datetime) -> Entered:
    """Return what is in force now."""
    away = user_rows.any_away(session, now_utc)
    colleagues = tuple(map(colleague, user_rows.enabled(session))) if away else ()
    return Entered(plans_in_force(session, now_utc), orders_in_force(session), colleagues)


def colleague(user: User) -> Colleague:
    """Return a user as letters need them."""
    return Colleague(
        user.name,
        user.name_bn,
        user.name_en,
        user.email,
        user.phone,
        user.lang,
        user.away_from_utc,
        user.away_until_utc,
        user.deputy,
    )


def office_of(session: Session, settings: Settings, now_utc: datetime) -> Office:
    """Return the office of these settings with what people entered."""
    return entered_by(session, now_utc).office(settings)
