"""Run `notify test` (a sample of every letter to one address) and `notify explain` (who is notified, and why)."""

import json
from dataclasses import fields
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from monitor.cli import completion
from monitor.cli.console import console
from monitor.cli.dates import local
from monitor.cli.errors import BAD_INPUT, CANNOT, NO, Failure, settings_in_force, settings_of, store_of
from monitor.cli.language import _, n_, render, term
from monitor.cli.options import AsJson
from monitor.cli.outbox import proof_text
from monitor.cli.tickets import number_of
from monitor.domain.message import message, said_by
from monitor.domain.notice_kinds import FILE_PROOF
from monitor.i18n.terms import CHANNELS, NOTICE_KINDS, NOTICE_STATES, RECIPIENTS

if TYPE_CHECKING:
    from pathlib import Path

    from monitor.alerts.channels.base import Channel
    from monitor.cli.listing import Listing
    from monitor.reports.notification_trace import Hearing
    from monitor.settings.load import Settings
    from monitor.settings.notices_section import RecipientEntry

app = typer.Typer(help="Test how notices are sent, and explain where they went.", no_args_is_help=True)


@app.command("test")
def send_samples(
    context: typer.Context,
    address: Annotated[
        str, typer.Argument(help="The e-mail address that gets the samples; with --by, the address of that channel.")
    ],
    lang: Annotated[str, typer.Option(help="Language of the samples: both, bn or en.")] = "",
    kind: Annotated[str, typer.Option(help="Only samples of this kind, such as 'opened'.")] = "",
    by: Annotated[str, typer.Option(metavar="CHANNEL", help="The channel: email, sms and so on.")] = "email",
) -> None:
    """Send a sample of every kind of mail to one address, through the configured mail server or into files.

    By another channel than e-mail, which may cost money, it sends one sample: 'opened', or the one of --kind.
    """
    from monitor.alerts.channels.base import DeliveryFailure, Recipient
    from monitor.alerts.notices import render
    from monitor.runtime.virtual.sample_letters import samples

    settings = settings_of(context.obj)
    reader = _reader(settings, by, address, lang)
    folder, files = settings.state / "samples", 0
    channel = _channel(settings, by, folder)
    every = samples(settings)
    wanted = [letter for letter in every if kind in ("", letter.kind)]
    if not wanted:
        known = list(dict.fromkeys(letter.kind for letter in every))
        raise Failure(
            message("--kind: there is no '{kind}'. Expected one of: {known}", kind=kind, known=known), BAD_INPUT
        )
    if by != "email":
        wanted = [letter for letter in wanted if kind or letter.kind == "opened"][:1]
    run = f"{datetime.now(UTC):%Y%m%dT%H%M%S}"
    for number, letter in enumerate(wanted):
        own = letter.sample(run, number)
        to = Recipient(reader.name, reader.address, reader.lang, reader.timeout_s)
        try:
            proof = channel.deliver(own, to, render.render(own, reader.lang))
        except DeliveryFailure as error:
            raise Failure(
                message("{kind}: not delivered: {why}", kind=letter.kind, why=said_by(error)), CANNOT
            ) from None
        print(f"{letter.kind}: {proof_text(proof)}")
        files += proof.startswith(FILE_PROOF)
    if files:
        print(n_("{count} mail in {folder}/", "{count} mails in {folder}/", files, folder=folder.resolve()))


def _reader(settings: "Settings", by: str, address: str, lang: str) -> "RecipientEntry":
    """Return the recipient of the samples, as [recipients.NAME] would describe it."""
    from pydantic import ValidationError

    from monitor.alerts.channels.registry import CHANNELS
    from monitor.settings.problems import no_such
    from monitor.settings.validate import described

    if (known := CHANNELS.get(by)) is None:
        raise Failure(message("--by: there is {fault}", fault=no_such("channel", by, CHANNELS)), BAD_INPUT)
    if known.section is not None and by not in settings.monitor.channels:
        said = message("--by: monitor.toml has no [channels.{channel}]. Expected one: docs/notices.md", channel=by)
        raise Failure(said, BAD_INPUT)
    entry = {"channel": by, known.recipient.reached_by: address, **({"lang": lang} if lang else {})}
    try:
        return known.recipient.model_validate(entry)
    except ValidationError as error:
        fault = error.errors()[0]
        why = described(dict(fault))
        if fault["loc"] == ("lang",):
            raise Failure(message("--lang: {fault}", fault=why), BAD_INPUT) from None
        raise Failure(message("'{address}': {fault}", address=address, fault=why), BAD_INPUT) from None


def _channel(settings: "Settings", by: str, folder: "Path") -> "Channel":
    """Return the channel; letters go by the configured mail server, whether or not the officers are confirmed."""
    from monitor.alerts.channels.base import ChannelContext
    from monitor.alerts.channels.email import EmailChannel
    from monitor.alerts.channels.registry import CHANNELS
    from monitor.charter.office import Office

    if by == "email":
        return EmailChannel(settings.monitor.mail, folder, settings.home)
    return CHANNELS[by].open(ChannelContext(Office.of(settings), settings.state, settings.home))


@app.command()
def explain(
    context: typer.Context,
    number: Annotated[
        str, typer.Argument(help="The ticket's number, such as BHR-2026-000123.", autocompletion=completion.tickets)
    ],
    as_json: AsJson = False,
) -> None:
    """Show who had messages about a ticket and who will: when, by which channel, and why."""
    from monitor.alerts.cases.entered import office_of
    from monitor.reports.notification_trace import explain as explained
    from monitor.store.ticket_rows import numbered

    settings = settings_in_force(context.obj)
    with store_of(settings) as store, store.read() as session:
        wanted = number_of(session, number)
        ticket = numbered(session, wanted)
        if ticket is None:
            raise Failure(message("no ticket {number}. `upazila-monitor tickets` lists them", number=number), NO)
        found = explained(session, office_of(session, settings, datetime.now(UTC)), ticket, datetime.now(UTC))
    if as_json:
        print(json.dumps([_document(each) for each in found], ensure_ascii=False))
    else:
        console().print(_table(found))


def _document(each: "Hearing") -> dict[str, str]:
    """Return a notice as JSON has it, in English."""
    return {**{field.name: str(getattr(each, field.name)) for field in fields(each)}, "at_utc": each.at_utc.isoformat()}


def _table(found: "list[Hearing]") -> "Listing":
    from rich.text import Text

    from monitor.cli.listing import Listing

    where, why, proof = _("Where"), _("Why"), _("Proof or error")
    headings = (_("When"), _("Notice"), _("Recipient"), where, why, _("State"), proof)
    rows = Listing(*headings, prose={where, why, proof})
    for each in found:
        rows.add_row(
            local(each.at_utc.isoformat()),
            term(NOTICE_KINDS, each.notice),
            term(RECIPIENTS, each.recipient),
            Text(f"{term(CHANNELS, each.channel)}: {render(each.address)}"),
            Text(render(each.why)),
            term(NOTICE_STATES, each.state),
            Text(proof_text(each.proof)),
        )
    return rows
