"""Print `history`: a site's rounds, traffic and UPS in the past, as the history keeps them."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import TYPE_CHECKING, Annotated

import typer

from monitor.cli import completion
from monitor.cli.console import console, print_json
from monitor.cli.dates import moment_of
from monitor.cli.errors import BAD_INPUT, CANNOT, Failure, settings_in_force
from monitor.cli.language import _, lang
from monitor.cli.options import AsJson
from monitor.domain.message import message
from monitor.i18n.formats import ms_text, number_text, percent_text, rate_text, short_date_text, size_text

if TYPE_CHECKING:
    from rich.console import Group

    from monitor.cli.listing import Listing
    from monitor.reports.site_past import LinkPast, SitePast

DAYS = 30


def history(
    context: typer.Context,
    site: Annotated[str, typer.Argument(help="ID of a site in sites.toml.", autocompletion=completion.sites)],
    begin: Annotated[
        str, typer.Option("--from", help="From when, such as 2026-11-01; without it 30 days before --to.")
    ] = "",
    end: Annotated[str, typer.Option("--to", help="Until when; without it now.")] = "",
    as_json: AsJson = False,
) -> None:
    """Show how a site answered, what passed its link and how its UPS was, day by day.

    What a running daemon has not written yet, an hour at most, is not in it.
    """
    from monitor.charter.office import Office
    from monitor.cli.clock import now_of
    from monitor.reports.past_document import past_document
    from monitor.reports.site_past import past_of
    from monitor.settings.problems import did_you_mean
    from monitor.store.history.file import HistoryRefuses
    from monitor.store.history.sources import history_of

    settings = settings_in_force(context.obj)
    if site not in settings.fleet.sites:
        hint = did_you_mean(site, settings.fleet.sites)
        raise Failure(message("no site '{site}'.{hint: }", site=site, hint=hint), BAD_INPUT)
    now_utc = now_of(settings)
    until_utc = moment_of("--to", end) if end else now_utc
    window = (moment_of("--from", begin) if begin else until_utc - timedelta(days=DAYS), until_utc)
    if window[0] >= window[1]:
        raise Failure(
            message("--from: {begin} is not before --to. Expected a stretch of time", begin=begin or window[0]),
            BAD_INPUT,
        )
    found = history_of(settings.monitor.history, settings.state, Office.of(settings).id, lambda: now_utc)
    try:
        past = past_of(found, settings.fleet.sites[site], window, now_utc)
    except HistoryRefuses as error:
        raise Failure(message("the history cannot be read: {why}", why=str(error)), CANNOT) from None
    if as_json:
        print_json(
            {"site": site, "from": window[0].isoformat(), "to": window[1].isoformat(), **past_document([], past)}
        )
    elif past.is_empty:
        print(_("Nothing is kept of it in that time."))
    else:
        console().print(_tables(past))


def _tables(past: "SitePast") -> "Group":
    from rich.console import Group

    from monitor.reports.site_past import by_day

    parts: list[Listing | Group] = [_rounds(past)] if past.rounds else []
    if past.link is not None and past.link.days:
        parts.append(_traffic(past.link, past))
    for name, readings in past.power.items():
        headings = (_("Day"), _("Readings on battery"), _("All readings"), _("Lowest charge"))
        table = _listing(headings, _("UPS {name}: charge", name=name))
        for day, one in by_day(readings):
            charge = "–" if one.lowest_charge is None else percent_text(one.lowest_charge / 100, lang())
            table.add_row(_day(day), number_text(one.on_battery, lang()), number_text(one.readings, lang()), charge)
        parts.append(table)
    lines = [_("These figures come from Prometheus, which counts scrapes and not rounds.")]
    return Group(*parts, *(lines if past.source == "prometheus" else []))


def _rounds(past: "SitePast") -> "Listing":
    from monitor.reports.site_past import by_day

    headings = (_("Day"), _("Rounds answered"), _("Not answered"), _("Not measured"), _("Loss"), _("Median"))
    table = _listing(headings, _("Round-trip time and loss"))
    for day, one in by_day(past.rounds):
        counts = (number_text(count, lang()) for count in (one.answered, one.failed, one.unknown))
        loss = "–" if one.loss is None else percent_text(one.loss, lang(), 2)
        median = "–" if one.median_us is None else ms_text(one.median_us / 1_000, lang())
        table.add_row(_day(day), *counts, loss, median)
    return table


def _traffic(link: "LinkPast", past: "SitePast") -> "Group":
    from rich.console import Group

    from monitor.domain.clock import DHAKA

    headings = (_("Day"), _("95th percentile in"), _("95th percentile out"), _("Received"), _("Sent"))
    table = _listing(headings, _("Traffic"))
    first, last = (moment.astimezone(DHAKA).date() for moment in past.window)
    for day, use in sorted(link.days.items(), reverse=True):
        if first <= day <= last:
            octets = (size_text(count, lang()) for count in (use.in_octets, use.out_octets))
            table.add_row(_day(day), _rate(use.in_p95_bps), _rate(use.out_p95_bps), *octets)
    said = []
    for title, month in ((_("This month so far"), link.month), (_("Last month"), link.last_month)):
        if month is not None:
            rates = (_rate(month.in_p95_bps), _rate(month.out_p95_bps))
            said.append(_("{title}: 95th percentile {into} in, {out} out", title=title, into=rates[0], out=rates[1]))
    if link.full_by is not None:
        day_text = short_date_text(link.full_by, lang())
        said.append(_("If it goes on growing as it did in the last 90 days, the link is full by {day}.", day=day_text))
    return Group(table, *said)


def _listing(headings: Sequence[str], title: str) -> "Listing":
    from monitor.cli.listing import Listing

    return Listing(*headings, title=title, right=headings[1:])


def _day(day: date) -> str:
    return short_date_text(day, lang())


def _rate(rate_bps: float | None) -> str:
    return "–" if rate_bps is None else rate_text(rate_bps, lang())
