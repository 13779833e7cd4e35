"""Run `helpdesk`: the mirrored tickets; and `helpdesk test`: whether the help desk can be reached."""

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from monitor.cli.console import console, print_json
from monitor.cli.dates import age, local
from monitor.cli.errors import CANNOT, NO, Failure, settings_in_force, settings_of, store_of
from monitor.cli.language import _, digits, n_, render, term
from monitor.cli.numbers import whole
from monitor.cli.options import AsJson
from monitor.domain.message import message, said_by
from monitor.i18n.terms import TICKET_STATES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from monitor.domain.message import Said
    from monitor.settings.load import Settings
    from monitor.store.documents import HelpdeskDocument, MirrorDocument

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
    from monitor.store.documents import mirror_document, mirrored_ticket_document

    settings = settings_in_force(context.obj)
    section = settings.monitor.helpdesk
    if not section.configured:
        print(json.dumps({"desk": None}) if as_json else render(NONE))
        return
    with store_of(settings) as store, store.read() as session:
        totals = helpdesk_queries.totals(session, section.key)
        rows = helpdesk_queries.mirrored(session, section.key, limit)
    now: HelpdeskDocument = {
        "desk": section.key,
        **mirror_document(totals),
        "tickets": [mirrored_ticket_document(row) for row in rows],
    }
    if as_json:
        print_json(now)
    else:
        _print(now, [totals.last_error, *(row.last_error for row in rows)])
    if totals.refused:
        raise typer.Exit(NO)


@app.command()
def test(context: typer.Context) -> None:
    """Test whether address, token and queue are right; changes nothing."""
    from monitor.alerts.helpdesks.base import DeskRefused, DeskUnavailable
    from monitor.alerts.helpdesks.registry import open_desk
    from monitor.settings.secrets import SecretError

    settings = settings_of(context.obj)
    if not settings.monitor.helpdesk.configured:
        raise Failure(NONE, NO)
    try:
        who = open_desk(settings.monitor.helpdesk, settings.home).check()
        print(_("{desk}: reached, nothing was changed.", desk=who))
    except SecretError as error:
        raise Failure(said_by(error), CANNOT) from None
    except (DeskUnavailable, DeskRefused) as error:
        raise Failure(message("{url}: {fault}", url=settings.monitor.helpdesk.url, fault=said_by(error)), NO) from None
    except (KeyError, TypeError, ValueError, AttributeError):
        said = message(
            "{url}: answers, but not as {kind} does. Expected 'url' as its front page has it",
            url=settings.monitor.helpdesk.url,
            kind=settings.monitor.helpdesk.kind,
        )
        raise Failure(said, NO) from None


def mirror(settings: "Settings") -> "MirrorDocument | None":
    """Return the totals of the mirror; None where no help desk is configured."""
    from monitor.store import helpdesk_queries
    from monitor.store.documents import mirror_document

    section = settings.monitor.helpdesk
    if not section.configured:
        return None
    with store_of(settings) as store, store.read() as session:
        return mirror_document(helpdesk_queries.totals(session, section.key))


def mirror_line(now: "MirrorDocument", error: "Said" = "") -> str:
    """Return the totals in one line; ``error``: the last one to be rendered, without it as the document has it."""
    parts = [n_("{count} ticket there", "{count} tickets there", now["mirrored"])]
    if waiting := now["pending"]:
        oldest = age(now["oldest_pending"])
        parts.append(n_("{count} pending (for {age})", "{count} pending (the oldest for {age})", waiting, age=oldest))
    if now["refused"]:
        parts.append(n_("{count} refused", "{count} refused", now["refused"]))
    return _("Help desk: {parts}{error:: }", parts=parts, error=render(error) or now["last_error"])


def _print(now: "HelpdeskDocument", errors: "Sequence[Said]") -> None:
    """Print the mirror; ``errors``: the last one of all, then that of each ticket."""
    from rich.text import Text

    from monitor.cli.listing import Listing

    print(f"{now['desk']}\n{mirror_line(now, errors[0])}")
    if not now["tickets"]:
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
    )
    table = Listing(*headings, prose={status, trouble})
    for row, error in zip(now["tickets"], errors[1:], strict=True):
        waits = row["attempts"] and datetime.fromisoformat(row["next_try_utc"]) > datetime.now(UTC)
        table.add_row(
            row["number"],
            term(TICKET_STATES, row["state"]),
            row["outside_id"],
            Text(row["status"]),
            digits(row["owed"] or ""),
            local(row["looked_utc"]),
            local(row["next_try_utc"]) if waits else "",
            Text(render(error)),
        )
    console().print(table)
