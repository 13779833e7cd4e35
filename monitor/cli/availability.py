"""Print `availability`: how much of the service hours each site was up."""

from datetime import UTC
from typing import TYPE_CHECKING, Annotated

import typer

from monitor.cli import completion
from monitor.cli.console import console, print_json
from monitor.cli.dates import moment_of
from monitor.cli.errors import BAD_INPUT, Failure, settings_in_force, store_of
from monitor.cli.language import _, lang
from monitor.cli.options import AsJson
from monitor.domain.message import message
from monitor.i18n.formats import digits

if TYPE_CHECKING:
    from monitor.judging.availability import Availability
    from monitor.reports.availability import Figures


def availability(
    context: typer.Context,
    site: Annotated[str, typer.Argument(help="Only of this site.", autocompletion=completion.sites)] = "",
    begin: Annotated[
        str, typer.Option("--from", help="From when, such as 2026-11-01; without it from the first of the month.")
    ] = "",
    end: Annotated[str, typer.Option("--to", help="Until when; without it now.")] = "",
    as_json: AsJson = False,
) -> None:
    """Show up, down, unmonitored and paused time, over the hours of service and over all hours."""
    from monitor.alerts.cases.entered import office_of
    from monitor.cli.clock import now_of
    from monitor.i18n.formats import DHAKA
    from monitor.reports.availability import figures
    from monitor.reports.charter_documents import availability_document
    from monitor.settings.problems import did_you_mean

    settings = settings_in_force(context.obj)
    if site and site not in settings.fleet.sites:
        hint = did_you_mean(site, settings.fleet.sites)
        raise Failure(message("no site '{site}'.{hint: }", site=site, hint=hint), BAD_INPUT)
    now_utc = now_of(settings)
    first = now_utc.astimezone(DHAKA).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    window = (
        moment_of("--from", begin) if begin else first.astimezone(UTC),
        moment_of("--to", end) if end else now_utc,
    )
    if window[0] >= window[1]:
        raise Failure(
            message("--from: {begin} is not before --to. Expected a stretch of time", begin=begin or window[0]),
            BAD_INPUT,
        )
    with store_of(settings) as store, store.read() as session:
        office = office_of(session, settings, now_utc)
        wanted = [site] if site else list(settings.fleet.sites)
        found = [figures(session, office, each, window, now_utc) for each in wanted]
    if as_json:
        rows = [availability_document(one) for one in found]
        facts = {"from": window[0].isoformat(), "to": window[1].isoformat(), "sites": rows}
        print_json(facts)
    else:
        _print(found)


def _print(found: "list[Figures]") -> None:
    from monitor.cli.listing import Listing

    headings = (
        _("Site"),
        _("In its hours"),
        _("Up"),
        _("Down"),
        _("Unmonitored"),
        _("Paused"),
        _("At all hours"),
        _("Down at all hours"),
        _("Without power"),
        _("Not counted"),
    )
    table = Listing(*headings, right=headings[1:])
    for one in found:
        kept = one.promised
        spans = (kept.up, kept.down, kept.unmonitored, kept.paused)
        table.add_row(
            one.site,
            _share(kept),
            *(_hours(span.total_seconds()) for span in spans),
            _share(one.always),
            _hours(one.always.down.total_seconds()),
            _hours(one.power.total_seconds()),
            _hours(sum((ends - begins).total_seconds() for begins, ends, _ in one.excused)),
        )
    console().print(table)


def _share(found: "Availability") -> str:
    return "–" if found.share is None else digits(f"{found.share:.3%}", lang())


def _hours(seconds: float) -> str:
    return digits(f"{int(seconds) // 3600}:{int(seconds) // 60 % 60:02}:{int(seconds) % 60:02}", lang())
