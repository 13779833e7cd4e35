"""Run `maintenance`: plan work; a running daemon applies it within a second."""

from datetime import timedelta
from typing import TYPE_CHECKING, Annotated, Any

import typer

from monitor.cli import completion
from monitor.cli.clock import now_of
from monitor.cli.console import console, print_json
from monitor.cli.dates import moment_of
from monitor.cli.errors import BAD_INPUT, Failure, acting, settings_in_force, store_of
from monitor.cli.language import _, digits, n_, term
from monitor.cli.numbers import whole
from monitor.cli.options import Actor, AsJson, Seen, as_seen, by_command
from monitor.domain.message import message
from monitor.domain.text import clean
from monitor.i18n.terms import WEEKDAYS

if TYPE_CHECKING:
    from monitor.settings.maintenance_section import Maintenance

app = typer.Typer(help="Enter and list planned work, during which no outage begins.", no_args_is_help=True)

OPTIONS = {"site": "--site: ", "union": "--union: "}

Name = Annotated[str, typer.Argument(help="Its name, such as new-cable.")]


@app.command()
def add(
    context: typer.Context,
    name: Name,
    text: Annotated[str, typer.Option("--text", "-m", help="What work is done.")],
    site: Annotated[
        list[str],
        typer.Option(help="A site that has the work; may be given several times.", autocompletion=completion.sites),
    ] = [],  # noqa: B006
    union: Annotated[
        list[str], typer.Option(help="A union; may be given several times.", autocompletion=completion.unions)
    ] = [],  # noqa: B006
    behind: Annotated[str, typer.Option(help="A site, and all sites behind it.", autocompletion=completion.sites)] = "",
    everywhere: Annotated[
        bool, typer.Option("--everywhere", help="All sites, instead of --site, --union, --behind.")
    ] = False,
    begins: Annotated[str, typer.Option(help="When it begins, such as 2026-12-01T22:00 (Dhaka); without it now.")] = "",
    ends: Annotated[str, typer.Option(help="When it ends.")] = "",
    minutes: Annotated[int, whole(least=0, most=525_600, says="How long it takes, instead of --ends.")] = 0,
    days: Annotated[str, typer.Option(help="Every week on these days, such as sunday,monday.")] = "",
    opens: Annotated[str, typer.Option(help="With --days: the hour it begins, such as 02:00.")] = "",
    closes: Annotated[str, typer.Option(help="With --days: the hour it ends, such as 24:00; or --minutes.")] = "",
    actor: Actor = "",
) -> None:
    """Plan work once (--begins, --ends or --minutes) or every week (--days, --opens, --closes or --minutes)."""
    from monitor.alerts.cases import actions

    settings = settings_in_force(context.obj)
    now_utc = now_of(settings)
    if everywhere == bool(site or union or behind):
        said = message("about which sites? Expected --site, --union or --behind, or --everywhere alone")
        raise Failure(said, BAD_INPUT)
    entry: dict[str, Any] = {"text": clean(text), "sites": site, "unions": union, "behind": behind or None}
    if days:
        entry |= {"days": [day.strip() for day in days.split(",")], "opens": opens}
        entry |= {"minutes": minutes} if minutes and not closes else {"closes": closes}
    else:
        first = moment_of("--begins", begins) if begins else now_utc.replace(microsecond=0)
        last = moment_of("--ends", ends) if ends else first + timedelta(minutes=minutes)
        if last <= now_utc:
            raise Failure(message("when does it end? Expected --ends or --minutes, in the future"), BAD_INPUT)
        entry |= {"begins": first, "ends": last}
    with store_of(settings) as store, acting(OPTIONS), store.write_once() as session:
        window = actions.plan_work(by_command(session, settings, now_utc, actor), name, entry)
    print(_("Planned work '{name}': {time}, {sites}.", name=name, time=when(window), sites=about(window)))


@app.command()
def extend(
    context: typer.Context,
    name: Name,
    ends: Annotated[str, typer.Option(help="When it ends now, such as 2026-12-01T23:30 (Dhaka).")],
    actor: Actor = "",
    seen: Seen = None,
) -> None:
    """Change the end of planned work that happens once: it takes longer or less than planned."""
    from monitor.alerts.cases import actions

    settings = settings_in_force(context.obj)
    ends_utc, now_utc = moment_of("--ends", ends), now_of(settings)
    with store_of(settings) as store, acting({"ends_utc": f"--ends: found '{ends}'. "}), store.write_once() as session:
        work = by_command(session, settings, now_utc, actor)
        window = actions.extend_work(work, name, ends_utc, seen=as_seen(seen))
    print(_("Planned work '{name}': {time}, {sites}.", name=name, time=when(window), sites=about(window)))


@app.command()
def end(context: typer.Context, name: Name, actor: Actor = "", seen: Seen = None) -> None:
    """End planned work now; a site that still gives no answer has an outage from now on."""
    from monitor.alerts.cases import actions

    settings = settings_in_force(context.obj)
    now_utc = now_of(settings)
    with store_of(settings) as store, acting({}), store.write_once() as session:
        actions.end_work(by_command(session, settings, now_utc, actor), name, seen=as_seen(seen))
    print(_("Planned work '{name}' has ended.", name=name))


@app.command(name="list")
def list_(
    context: typer.Context,
    every: Annotated[bool, typer.Option("--all", help="List what is over, too.")] = False,
    as_json: AsJson = False,
) -> None:
    """List planned work, from monitor.toml and by command."""
    from monitor.alerts.cases.downtimes import over, plan_versions, plans

    settings = settings_in_force(context.obj)
    now_utc = now_of(settings)
    with store_of(settings) as store, store.read() as session:
        asked, versions = plans(session), plan_versions(session)
    found = [(name, "monitor.toml", window) for name, window in settings.monitor.maintenance.items()]
    found += [(name, "command", window) for name, window in asked.items()]
    if not every:
        found = [row for row in found if not over(row[2], now_utc)]
    if as_json:
        rows = [
            {"name": name, "from": where, "version": versions.get(name) if where == "command" else None}
            | window.model_dump(mode="json", exclude_defaults=True)
            for name, where, window in found
        ]
        print_json(rows)
    elif not found:
        print(_("No planned work."))
    else:
        from rich.text import Text

        from monitor.cli.listing import Listing

        times, sites, what = _("When"), _("Sites"), _("Work")
        table = Listing(_("Name"), times, sites, _("Planned in"), what, prose={times, sites, what})
        for name, where, window in found:
            source = _("by command") if where == "command" else where
            table.add_row(name, when(window), about(window), source, Text(window.text))
        console().print(table)


def when(window: "Maintenance") -> str:
    """Return its time, by the office's clock."""
    from monitor.domain.day import clock_text

    if window.begins_utc and window.ends_utc:
        text = _("{begins:moment} to {ends:moment}", begins=window.begins_utc, ends=window.ends_utc)
    else:
        assert window.opens is not None
        days, opens = [term(WEEKDAYS, day) for day in window.days], digits(clock_text(window.opens))
        if window.closes:
            text = _("every {days}, {opens}–{closes}", days=days, opens=opens, closes=digits(clock_text(window.closes)))
        else:
            text = n_(
                "every {days}, {opens}, for {count} minute",
                "every {days}, {opens}, for {count} minutes",
                window.minutes or 0,
                days=days,
                opens=opens,
            )
    return _("{time}, until {end:moment}", time=text, end=window.until_utc) if window.until_utc else text


def about(window: "Maintenance") -> str:
    """Return what it applies to."""
    parts = [*window.sites, *(_("union {union}", union=union) for union in window.unions)]
    parts += [_("{site} and all sites behind it", site=window.behind)] if window.behind else []
    return ", ".join(parts) or _("all sites")
