"""Read what people entered beside the configuration: planned work, orders about the calendar, and who is away."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from monitor.alerts.cases.calendar_orders import orders_by_office
from monitor.alerts.cases.downtimes import as_meant, plans_by_office
from monitor.charter.deputies import Colleague
from monitor.charter.office import Office
from monitor.charter.offices import Offices
from monitor.settings.calendar_order import OrderedChange
from monitor.settings.installation import Installation
from monitor.settings.load import Settings
from monitor.settings.maintenance_section import Maintenance
from monitor.settings.offices_file import Tree
from monitor.store import user_rows
from monitor.store.models import User
from monitor.store.offices import office_of as office_of_session
from monitor.store.session import Session


@dataclass(frozen=True)
class Entered:
    """What is in force of it. ``plans``: by name; ``orders``: in the order in which they were entered.

    ``colleagues``: the users, while any of them is away or will be. ``others``: what is in force in each of several
    offices, by their ids.
    """

    plans: Mapping[str, Maintenance] = field(default_factory=dict)
    orders: tuple[OrderedChange, ...] = ()
    colleagues: tuple[Colleague, ...] = ()
    others: Mapping[str, "Entered"] = field(default_factory=dict)

    def office(self, settings: Settings) -> Office:
        """Build the office from settings and this."""
        return Office.of(settings, self._planned(settings), self.orders, self.colleagues)

    def _planned(self, settings: Settings) -> Mapping[str, Maintenance]:
        """Return the plans by the names and sites that they have in the program, where there are several offices."""
        return as_meant(self.plans, settings.office, settings.fleet)

    def offices(self, installation: Installation) -> Offices:
        """Build all offices of an installation; the work that any of them has planned is known to the installation."""
        if not installation.several:
            return Offices(self.office(installation.host))
        planned, offices = dict(self.plans), {}
        for id_, settings in installation.offices.items():
            own = replace(self.others.get(id_, Entered()), colleagues=self._colleagues_of(id_, installation.tree))
            offices[id_] = own.office(settings)
            planned |= own._planned(settings)
        host = Office.of(installation.host, planned, self.orders, self.colleagues)
        return Offices(host, offices, installation.tree)

    def _colleagues_of(self, office: str, tree: Tree) -> tuple[Colleague, ...]:
        """Return the users who belong to an office: of itself, of a place above it, or of the whole installation.

        One of another office may bear an officer's address too, and is no reason to send that one's letters elsewhere.
        """
        path = tree.path(office)
        return tuple(each for each in self.colleagues if not each.node or each.node in path)


def entered_by(session: Session, now_utc: datetime) -> Entered:
    """Return what is in force now."""
    away = user_rows.any_away(session, now_utc)
    colleagues = tuple(map(colleague, user_rows.enabled(session))) if away else ()
    plans, orders = plans_by_office(session, now_utc), orders_by_office(session)
    own = office_of_session(session)
    others = {id_: Entered(plans.get(id_, {}), orders.get(id_, ())) for id_ in sorted({*plans, *orders} - {own})}
    return Entered(plans.get(own, {}), orders.get(own, ()), colleagues, others)


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
        user.node,
    )


def office_of(session: Session, settings: Settings, now_utc: datetime) -> Office:
    """Return the office of these settings with what people entered."""
    return entered_by(session, now_utc).office(settings)
