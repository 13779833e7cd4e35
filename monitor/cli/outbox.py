"""Run `outbox`: sent and pending notices; `outbox resend`, which sends one again; `outbox drop`, which gives one up."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from monitor.cli.console import console, print_json
from monitor.cli.dates import local
from monitor.cli.errors import acting, settings_in_force, store_of
from monitor.cli.language import _, digits, render, term
from monitor.cli.numbers import whole, whole_argument
from monitor.cli.options import Actor, AsJson, by_command
from monitor.domain.notice_kinds import FILE_PROOF
from monitor.i18n.terms import CHANNELS, NOTICE_KINDS, NOTICE_STATES, RECIPIENTS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from monitor.cli.listing import Listing
    from monitor.domain.message import Said
    from monitor.store.notice_queries import NoticeView

app = typer.Typer(help="List what was sent to whom and what is pending; `resend` sends one again, `drop` gives one up.")


NoticeId = Annotated[
    int, whole_argument(least=1, most=10**12, metavar="ID", says="The notice's number, as `outbox` lists it.")
]


@app.callback(invoke_without_command=True)
def outbox(
    context: typer.Context,
    pending_only: Annotated[bool, typer.Option("--owed", help="Only what has not been sent yet.")] = False,
    dead_only: Annotated[bool, typer.Option("--dead", help="Only what is no longer tried.")] = False,
    limit: Annotated[int, whole(least=1, most=100_000, says="How many at most, the newest first.")] = 50,
    as_json: AsJson = False,
) -> None:
    """Lists notices, newest first: to whom, about what, what became of each, and the proof of it."""
    if context.invoked_subcommand is not None:
        return
    from monitor.store import notice_queries
    from monitor.store.documents import notice_document

    with store_of(settings_in_force(context.obj)) as store, store.read() as session:
        notices = notice_queries.listed(session, pending=pending_only, dead=dead_only, limit=limit)
    if as_json:
        print_json([notice_document(notice) for notice in notices])
    elif not notices:
        print(_("No notices."))
    else:
        console().print(_table(notices))


@app.command()
def resend(
    context: typer.Context,
    id_: NoticeId,
    actor: Actor = "",
) -> None:
    """Send a notice again under its old Message-ID, whatever became of it."""
    from monitor.alerts.cases import actions

    settings = settings_in_force(context.obj)
    with store_of(settings) as store, acting({}), store.write_once() as session:
        notice = actions.resend(by_command(session, settings, datetime.now(UTC), actor), id_)
        words = {"kind": term(NOTICE_KINDS, notice.kind), "recipient": term(RECIPIENTS, notice.recipient)}
        id_in_letters = notice.message_id
    print(_("{kind} to {recipient}: will be sent again, as {id}", **words, id=id_in_letters))


@app.command()
def drop(
    context: typer.Context,
    id_: NoticeId,
    actor: Actor = "",
) -> None:
    """Give up a waiting notice whose reader is not in the configuration any more; `resend` takes that back."""
    from monitor.alerts.cases import actions

    settings = settings_in_force(context.obj)
    with store_of(settings) as store, acting({}), store.write_once() as session:
        notice = actions.drop(by_command(session, settings, datetime.now(UTC), actor), id_)
        words = {"kind": term(NOTICE_KINDS, notice.kind), "recipient": term(RECIPIENTS, notice.recipient)}
    print(_("{kind} to {recipient}: is not sent any more", **words))


def _table(found: "Sequence[NoticeView]") -> "Listing":
    from rich.text import Text

    from monitor.cli.listing import Listing
    from monitor.store.documents import iso_or_none

    proof = _("Proof or error")
    headings = (_("ID"), _("Made"), _("Notice"), _("About"), _("Recipient"), _("By"), _("State"), _("Tries"), proof)
    rows = Listing(*headings, prose={proof})
    for notice in found:
        rows.add_row(
            digits(notice.id),
            local(iso_or_none(notice.owed_utc)),
            term(NOTICE_KINDS, notice.kind),
            notice.about,
            term(RECIPIENTS, notice.recipient),
            term(CHANNELS, notice.channel),
            term(NOTICE_STATES, notice.state),
            digits(notice.attempts),
            Text(proof_text(notice.proof) or _fault(notice.fault) or render(notice.last_error)),
        )
    return rows


def proof_text(proof: "Said") -> str:
    """Return what proves that a notice went: a server's words, or the file that was written instead; or an error."""
    if not isinstance(proof, str):
        return render(proof)
    return _("file {path}", path=proof.removeprefix(FILE_PROOF)) if proof.startswith(FILE_PROOF) else proof


def _fault(fault: str) -> str:
    return _("a fault of this program: {fault}", fault=fault) if fault else ""
