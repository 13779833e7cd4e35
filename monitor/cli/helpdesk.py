"""Run `helpdesk`: the mirrored tickets; and `helpdesk test`: whether the help desk can be reached."""

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from monitor.cli.console import console, print_json
from monitor.cli.dates import age, local
from monitor.cli.errors import (
    CANNOT,
    NO,
    Failure,
    installation_in_force,
    installation_of,
    seen_by_this_run,
    settings_among,
    store_of,
)
from monitor.cli.language import _, digits, lang, n_, render, term
from monitor.cli.numbers import whole
from monitor.cli.options import AsJson
from monitor.domain.message import message, said_by, series
from monitor.i18n.terms import TICKET_STATES

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from monitor.settings.helpdesk_section import Helpdesk
    from monitor.settings.installation import Installation
    from monitor.store.documents import HelpdeskDocument, MirrorsDocument
    from monitor.store.helpdesk_queries import Mirrored, MirrorTotals, MirrorView
    from monitor.store.session import Session

app = typer.Typer(help="Show which tickets an outside help desk has; `test` tests whether it can be reached.")

NONE = message("No help desk: [helpdesk] of monitor.toml names none.")


@app.callback(invoke_without_command=True)
def helpdesk(
    context: typer.Context,
    limit: Annotated[int, whole(least=1, most=10_000, says="How many at most, pending ones first.")] = 50,
    as_json: AsJson = False,
) -> None:
    """Lists the mirrored tickets. Exit code 1 while one was refused."""
    if context.invoked_subcommand is not None:
        return

    from monitor.store import helpdesk_queries
    from monitor.store.documents import mirrored_ticket_document

    installation = installation_in_force(context.obj)
    desks = _desks(installation)
    if not desks:
        print(json.dumps({"desk": None}) if as_json else render(NONE))
        return
    with store_of(settings_among(installation)) as store, store.read() as session:
        shown = _shown(session, installation, desks)
        rows = helpdesk_queries.mirrored(session, [each for desk in shown for each in desk.of], limit)
    if as_json:
        now: HelpdeskDocument = {
            "desk": shown[0].key if len(shown) == 1 else None,
            **document(shown),
            "tickets": [mirrored_ticket_document(row) for row in rows],
        }
        print_json(now)
    else:
        for desk in shown:
            print(f"{desk.key}\n{mirror_line(desk)}")
        _print(rows, several=len(shown) > 1)
    if any(desk.totals.refused for desk in shown):
        raise typer.Exit(NO)


@app.command()
def test(context: typer.Context) -> None:
    """Test whether address, token and queue of each help desk are right; changes nothing."""
    installation = installation_of(context.obj)
    desks = _desks(installation)
    if not desks:
        raise Failure(NONE, NO)
    failures = list[Failure]()
    for section in desks:
        try:
            print(_("{desk}: reached, nothing was changed.", desk=_reached(section, installation.host.home)))
        except Failure as failure:
            failures.append(failure)
    if failures:
        raise Failure(series([each.said for each in failures], "\n"), max(each.code for each in failures))


def _reached(section: "Helpdesk", home: Path) -> str:
    """Return what a help desk says it is; raises Failure."""
    from monitor.alerts.helpdesks.base import DeskRefused, DeskUnavailable
    from monitor.alerts.helpdesks.registry import open_desk
    from monitor.settings.secrets import SecretError

    try:
        return open_desk(section, home).check()
    except SecretError as error:
        raise Failure(said_by(error), CANNOT) from None
    except (DeskUnavailable, DeskRefused) as error:
        raise Failure(message("{url}: {fault}", url=section.url, fault=said_by(error)), NO) from None
    except (KeyError, TypeError, ValueError, AttributeError):
        said = message(
            "{url}: answers, but not as {kind} does. Expected 'url' as its front page has it",
            url=section.url,
            kind=section.kind,
        )
        raise Failure(said, NO) from None


@dataclass(frozen=True, slots=True)
class ShownDesk:
    """A help desk with the ids of its offices and their names; none are said where it is the only one."""

    key: str
    offices: "Sequence[str]"
    names: "Sequence[str]"
    totals: "MirrorTotals"

    @property
    def of(self) -> "Iterator[Mirrored]":
        """Yield under what its tickets' rows are stored."""
        return ((self.key, office) for office in self.offices)


def mirrors(installation: "Installation") -> list[ShownDesk]:
    """Return the help desks of the office of --office, else of every office, with their totals."""
    desks = _desks(installation)
    if not desks:
        return []
    with store_of(settings_among(installation)) as store, store.read() as session:
        return _shown(session, installation, desks)


def document(shown: "Sequence[ShownDesk]") -> "MirrorsDocument":
    """Make the document of all help desks."""
    from monitor.store.documents import mirrors_document

    return mirrors_document((each.key, each.offices, each.totals) for each in shown)


def mirror_line(desk: ShownDesk) -> str:
    """Return a help desk's totals in one line."""
    from monitor.charter.offices import of_offices
    from monitor.store.documents import iso_or_none

    totals = desk.totals
    parts = [n_("{count} ticket there", "{count} tickets there", totals.mirrored)]
    if waiting := totals.pending:
        oldest = age(iso_or_none(totals.oldest_utc))
        parts.append(n_("{count} pending (for {age})", "{count} pending (the oldest for {age})", waiting, age=oldest))
    if totals.refused:
        parts.append(n_("{count} refused", "{count} refused", totals.refused))
    said = message("Help desk: {parts}{error:: }", parts=parts, error=render(totals.last_error))
    return render(of_offices(said, desk.names) if desk.names else said)


def _desks(installation: "Installation") -> "dict[Helpdesk, list[str]]":
    """Return the help desks of the office of --office, else of every office; ends the command for an unknown one."""
    from monitor.settings.helpdesk_section import served_by

    offices = seen_by_this_run(installation).offices.values()
    return served_by((office.office, office.monitor.helpdesk) for office in offices)


def _shown(session: "Session", installation: "Installation", desks: "dict[Helpdesk, list[str]]") -> list[ShownDesk]:
    from monitor.store import helpdesk_queries
    from monitor.store.helpdesk_queries import MirrorTotals

    of_office, found = helpdesk_queries.totals(session), list[ShownDesk]()
    for section, ids in desks.items():
        totals = MirrorTotals.sum_of(of_office.get((section.key, id_), MirrorTotals()) for id_ in ids)
        names = [installation.tree.nodes[id_].names.name(lang()) for id_ in ids] if len(desks) > 1 else []
        found.append(ShownDesk(section.key, ids, names, totals))
    return found


def _print(rows: "Sequence[MirrorView]", *, several: bool) -> None:
    """Print the mirrored tickets; ``several``: and in which help desk each is."""
    from rich.text import Text

    from monitor.cli.listing import Listing
    from monitor.store.documents import iso_or_none

    if not rows:
        return
    status, trouble = _("Status there"), _("Error")
    headings = (
        _("Ticket"),
        _("State"),
        _("Number there"),
        status,
        _("Pending"),
        _("Looked at"),
        _("Next try"),
        trouble,
        *([_("Help desk")] if several else []),
    )
    table = Listing(*headings, prose={status, trouble})
    for row in rows:
        waits = row.attempts and row.next_try_utc > datetime.now(UTC)
        table.add_row(
            row.number,
            term(TICKET_STATES, row.state),
            row.outside_id,
            Text(row.status),
            digits(row.pending or ""),
            local(iso_or_none(row.looked_utc)),
            local(iso_or_none(row.next_try_utc)) if waits else "",
            Text(render(row.last_error)),
            *([Text(row.desk)] if several else []),
        )
    console().print(table)
