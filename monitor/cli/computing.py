"""Compute the report that a command is asked for: of one office, or of a place of the tree."""

from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING

from monitor.cli.errors import BAD_INPUT, Failure, office_named
from monitor.domain.message import message
from monitor.domain.progress import Progress

if TYPE_CHECKING:
    from datetime import datetime

    from monitor.charter.office import Office
    from monitor.reports.period import Period
    from monitor.reports.report import Report
    from monitor.reports.stored_period import StoredPeriod
    from monitor.reports.use_history import UseHistory
    from monitor.settings.installation import Installation
    from monitor.settings.load import Settings
    from monitor.store.database import Store


def computed(
    settings: "Settings",
    office: "Office",
    stored: "StoredPeriod",
    now_utc: "datetime",
    shows: Progress,
) -> "Report":
    """Return the report of a period; ``shows`` is told of how many parts how many are computed."""
    from monitor.reports.monthly import report_of

    kept, page = timedelta(days=settings.monitor.storage.keep_days), settings.monitor.public.url
    return report_of(office, stored, _use(settings, now_utc, office), now_utc - kept, shows, page)


def _use(settings: "Settings", now_utc: "datetime", office: "Office") -> "UseHistory":
    """Return the history of an office."""
    from monitor.reports.kept_use import KeptUse
    from monitor.store.history.sources import history_of

    return KeptUse(history_of(settings.monitor.history, settings.state, office.id, lambda: now_utc), now_utc)


def of_place(
    installation: "Installation", place: str, store: "Store", period: "Period", now_utc: "datetime", shows: Progress
) -> "Report":
    """Return the report of a place's offices, each with what people entered in it."""
    from monitor.alerts.cases.entered import entered_by
    from monitor.reports.of_place import place_report
    from monitor.reports.stored_period import stored_of_offices

    host = installation.host
    kept, page = timedelta(days=host.monitor.storage.keep_days), host.monitor.public.url
    with store.read() as session:
        offices = entered_by(session, now_utc).offices(installation).below(place)
        stored = stored_of_offices(session, offices, period, now_utc)
    use = partial(_use, host, now_utc)
    return place_report(installation.tree.nodes[place], offices, stored, use, now_utc - kept, shows, page)


def chosen_place(installation: "Installation", node: str, typed: dict[str, str]) -> str:
    """Return the place of the tree whose offices the report is about together; '' where it is about one.

    Ends the command for a place that is not there, or one beside another choice.
    """
    from monitor.settings.problems import no_such

    tree, given = installation.tree, [option for option, name in typed.items() if name]
    if node and node not in tree.nodes:
        raise Failure(message("--node: there is {fault}", fault=no_such("office", node, tree.nodes)), BAD_INPUT)
    if node and given:
        said = message("--{one} and --{other} exclude each other. Expected one of them", one="node", other=given[0])
        raise Failure(said, BAD_INPUT)
    if not node and (given or office_named()):
        return ""
    place = node or tree.root.id
    return place if len(tree.below(place)) > 1 else ""


def only_office(installation: "Installation", node: str) -> str:
    """Return the one office of a place that was named; '' where none was."""
    return next(iter(installation.tree.below(node)), "") if node else ""
