"""Run `status` and `outages`: what is up, what is down and since when."""

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any

import typer

from monitor.cli.console import console, print_json
from monitor.cli.dates import age, local
from monitor.cli.errors import CANNOT, NO, installation_in_force, settings_among, settings_in_force, store_of
from monitor.cli.helpdesk import ShownDesk, document, mirror_line, mirrors
from monitor.cli.language import _, lang, n_, reason_words, term
from monitor.cli.numbers import whole
from monitor.cli.options import AsJson
from monitor.i18n.formats import digits, ms_text

if TYPE_CHECKING:
    from pathlib import Path

    from rich.console import Group

    from monitor.cli.listing import Listing
    from monitor.reports.status_document import LastKnownStatus, LiveStatus, SiteDocument
    from monitor.settings.installation import Installation
    from monitor.settings.load import Settings
    from monitor.store.documents import OutageDocument

STYLES = {"up": "green", "degraded": "yellow", "down": "bold red", "unreachable": "magenta", "paused": "blue"}
ORDER = ("down", "unreachable", "degraded", "unknown", "paused", "up")
REFRESH_S = 2.0
ANSWER_S = 5.0  # how long our own daemon may take
PATH = "/api/v1/status"
MOST_BYTES = 64 * 1024 * 1024  # the status of 100,000 sites is smaller


def status(
    context: typer.Context,
    watch: Annotated[bool, typer.Option("--watch", "-w", help="Stay, and show it again every two seconds.")] = False,
    every: Annotated[bool, typer.Option("--all", "-a", help="List the sites that are up, too.")] = False,
    as_json: AsJson = False,
) -> None:
    """Show what is up, what is down and since when, and which tickets are open.

    Exit code 1 while anything is down, 3 while our daemon does not answer: then the last known state is shown.
    """
    installation = installation_in_force(context.obj)
    now = report(installation)
    if as_json:
        print_json(now.document())
    elif watch:
        _watch(installation, every)
    else:
        console().print(_page(now, every))
    if now.live is None:
        raise typer.Exit(CANNOT)
    if any(site["state"] == "down" for site in now.known["sites"]):
        raise typer.Exit(NO)


def _watch(installation: "Installation", every: bool) -> None:
    """Show it until interrupted: in place on a terminal, one after the other into a file or pipe."""
    from rich.live import Live

    output = console()
    if not output.is_terminal:
        while True:
            output.print(_page(report(installation), every))
            output.file.flush()
            time.sleep(REFRESH_S)
    with Live(console=output, screen=True, auto_refresh=False) as live:
        while True:
            live.update(_page(report(installation), every), refresh=True)
            time.sleep(REFRESH_S)


@dataclass(frozen=True, slots=True)
class StatusReport:
    """The running daemon's status ``live``, or else the stored one; ``known``: whichever there is.

    ``page_trouble``: why the page of a running daemon cannot be asked. ``desks``: the help desks, if any.
    """

    known: "LiveStatus | LastKnownStatus"
    live: "LiveStatus | None"
    page_trouble: str
    desks: "Sequence[ShownDesk]"

    def document(self) -> dict[str, object]:
        """Return what `status --json` prints."""
        found: dict[str, object] = {"running": self.live is not None, **self.known}
        if self.live is None or self.page_trouble:
            found["page_trouble"] = self.page_trouble
        if self.desks:
            found["helpdesk"] = document(self.desks)
        return found


def report(installation: "Installation") -> StatusReport:
    """Ask the running daemon, by its socket or else its page, or without one the database.

    Takes up to `ANSWER_S` for each.
    """
    from monitor.reports.status_document import live_status
    from monitor.settings import in_force
    from monitor.settings.web_section import connect_address

    settings = settings_among(installation)
    daemon = in_force.read(settings.state)
    known = daemon is not None and daemon.lives
    said = answered(f"http://localhost{PATH}", settings.state / in_force.SOCKET)
    if not is_ours(said, settings):
        page = (known and daemon and daemon.page) or connect_address(settings.monitor.web.listen)
        said = answered(f"http://{page}{PATH}")
    trouble = daemon.page_trouble if daemon is not None and known else ""
    if is_ours(said, settings):
        live = live_status(said)
        return StatusReport(live, live, trouble, mirrors(installation))
    return StatusReport(_last_known(settings), None, trouble, mirrors(installation))


def answered(url: str, local: "Path | None" = None) -> Any:
    """Return what is answered at a URL; None for no answer."""
    from monitor.domain.json_text import parse_json
    from monitor.net import http
    from monitor.net.deadline import Deadline

    if local is not None and not local.exists():
        return None
    try:
        answer = http.request("GET", url, Deadline.after(ANSWER_S), most_bytes=MOST_BYTES, local=local)
        return parse_json(answer.body) if answer.status == 200 and answer.is_whole else None
    except (http.HttpError, ValueError):
        return None


def is_ours(said: Any, settings: "Settings") -> bool:
    """Return whether an answer is of the daemon of our state folder: another may listen at its address."""
    from monitor.settings import in_force

    if not isinstance(said, dict) or not isinstance(said.get("instance"), str) or "sites" not in said:
        return False
    found = in_force.read(settings.state)
    if found is not None:
        return bool(said["instance"] == found.instance)
    sites = said["sites"] if isinstance(said["sites"], list) else []
    ids = {str(site.get("id")) for site in sites if isinstance(site, dict)}
    return ids == set(settings.fleet.sites)  # its state is not ours to read: by what it watches


def _last_known(settings: "Settings") -> "LastKnownStatus":
    from monitor.reports.status_document import site_document
    from monitor.store import gap_rows, queries
    from monitor.store.documents import outage_document, ticket_document

    with store_of(settings) as store, store.read() as session:
        known = queries.site_states(session)
        beat = gap_rows.last_heartbeat(session)
        unknown = ("unknown", None)
        return {
            "generated": beat.isoformat() if beat else None,
            "sites": [site_document(site, *known.get(site.id, unknown)) for site in settings.fleet.sites.values()],
            "outages": [outage_document(outage) for outage in queries.outages(session, open_only=True)],
            "tickets": [ticket_document(ticket) for ticket in queries.tickets(session, open_only=True)],
        }


def _page(now: StatusReport, every: bool) -> "Group":
    from rich.console import Group
    from rich.text import Text

    from monitor.i18n.terms import STATES

    known, parts = now.known, list[Any]()
    deaf = _("The daemon works, but its page cannot listen: {why}.", why=now.page_trouble)
    if now.live is not None and now.page_trouble:
        parts.append(Text(deaf, style="bold yellow"))
    if now.live is None:
        silent = deaf if now.page_trouble else _("The daemon does not answer.")
        since = local(known["generated"])
        last = _("Last known, from {since}:", since=since) if since else _("Last known:")
        parts.append(Text(f"{silent} {last}", style="bold yellow"))
    counts = {state: sum(site["state"] == state for site in known["sites"]) for state in ORDER}
    line = Text(n_("{count} site", "{count} sites", len(known["sites"])))
    for state, count in counts.items():
        if count:
            line.append(f"   {digits(count, lang())} {term(STATES, state)}", style=STYLES.get(state, ""))
    parts.append(line)
    if now.live is not None:
        parts += [Text(words, style=style) for words, style in _warnings(now.live)]
    if every or counts["up"] < len(known["sites"]):
        parts.append(_sites(known["sites"], every))
    if known["outages"]:
        parts.append(_outages(known["outages"]))
    if known["tickets"]:
        from monitor.cli.tickets import table

        parts.append(table(known["tickets"], _("Open tickets")))
    parts += [Text(mirror_line(desk), style="yellow" if desk.totals.last_error else "") for desk in now.desks]
    return Group(*parts)


def _warnings(live: "LiveStatus") -> Iterator[tuple[str, str]]:
    """Yield what is wrong with the monitor itself, or not set up yet: lines with their style."""
    from monitor.reports.status_document import mail_faults

    bad, poor = "bold red", "yellow"
    if refused := live["configuration"]["refused"]:
        yield (
            _(
                "The configuration on disk was refused: {why}. The one before stays in force; `check` shows why",
                why=refused,
            ),
            bad,
        )
    if live["clock_suspect"]:
        yield _("This machine's clock is not trusted: nothing is escalated. `clock` shows more"), bad
    if not live["store_readable"]:
        yield _("The database does not answer: outages and tickets are not shown"), bad
    if live["store_refuses"]:
        yield _("The database refuses to write, decisions wait: {why}", why=live["store_refuses"]), bad
    for fault in live["store_faults"]:
        yield _("The database is not sound: {fault}", fault=fault), bad
    if (mail := live["mail"]) is not None:
        if not mail["officers_confirmed"]:
            yield _("Mails go to files only: the officers in charter.toml are not confirmed; `check` shows more"), poor
        for line in mail_faults(mail, live["outbox"]):
            yield _("Mail: {line}", line=line), bad
    for each in live["snmp"][:5]:
        why = reason_words(each.get("reason")) or each["why"]
        yield _("SNMP: {device}: {why}", device=each["device"], why=why), poor


def _sites(sites: "list[SiteDocument]", every: bool) -> "Listing":
    from rich.text import Text

    from monitor.cli.listing import Listing
    from monitor.i18n.sorting import name_key
    from monitor.i18n.terms import STATES

    headings = (_("State"), _("Site"), _("Name"), _("Since"), _("RTT"), _("Loss"))
    table = Listing(*headings, prose={_("Name"), _("RTT")}, right={_("RTT"), _("Loss")})
    shown = [site for site in sites if every or site["state"] != "up"]
    for site in sorted(shown, key=lambda site: (ORDER.index(site["state"]), name_key(_name(site)))):
        table.add_row(
            Text(term(STATES, site["state"]), style=STYLES.get(site["state"], "")),
            site["id"],
            Text("\n".join(filter(None, (_name(site), _why(site))))),
            f"{local(site['since'])}\n{age(site['since'])}",
            "" if site["rtt_ms"] is None else ms_text(site["rtt_ms"], lang()),
            "" if site["loss"] is None else digits(f"{site['loss']:.0%}", lang()),
        )
    return table


def _name(site: "SiteDocument") -> str:
    return site["name_bn"] if lang() == "bn" else site["name_en"]


def _why(site: "SiteDocument") -> str:
    """Why a site is degraded; an older daemon gives the words alone."""
    named = ((each["device"], reason_words(each["reason"])) for each in site.get("reasons", []))
    return "; ".join(f"{device}: {words}" if device else words for device, words in named) or site.get("why", "")


def outages(
    context: typer.Context,
    open_only: Annotated[bool, typer.Option("--open", help="Only those that are not over.")] = False,
    limit: Annotated[int, whole(least=1, most=10_000, says="How many at most, the newest first.")] = 50,
    as_json: AsJson = False,
) -> None:
    """List outages, newest first: site, start, end, the charter's deadline, the ticket."""
    from monitor.store import queries
    from monitor.store.documents import outage_document

    with store_of(settings_in_force(context.obj)) as store, store.read() as session:
        found = [outage_document(outage) for outage in queries.outages(session, open_only=open_only, limit=limit)]
    if as_json:
        print_json(found)
    elif not found:
        print(_("No outages."))
    else:
        console().print(_outages(found))


def _outages(found: "list[OutageDocument]") -> "Listing":
    from rich.text import Text

    from monitor.cli.listing import Listing
    from monitor.i18n.terms import CAUSES

    headings = (
        _("Site"),
        _("Since"),
        _("Until"),
        _("Lasted"),
        _("Due by the charter"),
        _("Ticket"),
        _("Observed"),
    )
    table = Listing(*headings, title=_("Outages"), prose={_("Observed")})
    for outage in found:
        cause = outage["cause"] and _("suspected: {cause}", cause=term(CAUSES, outage["cause"]))
        affected = len(outage["affected"])
        behind = n_("{count} site behind it", "{count} sites behind it", affected) if affected else ""
        table.add_row(
            outage["site"],
            local(outage["started_utc"]),
            local(outage["ended_utc"]) or _("ongoing"),
            age(outage["started_utc"], outage["ended_utc"]),
            local(outage["deadline_utc"]),
            outage["ticket"] or "",
            Text("; ".join(filter(None, (reason_words(outage["reason"]), cause, behind)))),
        )
    return table
