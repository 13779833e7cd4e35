"""Run `events`: outages and their ends, restarts, a UPS on battery, refused credentials."""

from typing import Annotated

import typer

from monitor.cli import completion
from monitor.cli.console import console, print_json
from monitor.cli.dates import local
from monitor.cli.errors import BAD_INPUT, NO, Failure, settings_in_force, store_of
from monitor.cli.language import _, reason_words, term
from monitor.cli.numbers import whole
from monitor.cli.options import AsJson
from monitor.domain.message import Said, message
from monitor.domain.text import clean
from monitor.settings.problems import did_you_mean


def events(
    context: typer.Context,
    site: Annotated[str, typer.Argument(help="Only of this site.", autocompletion=completion.sites)] = "",
    kind: Annotated[str, typer.Option(help="Only of this kind, such as outage, outage_over or restarted.")] = "",
    limit: Annotated[int, whole(least=1, most=10_000, says="How many at most, the newest first.")] = 50,
    as_json: AsJson = False,
) -> None:
    """List what happened, newest first."""
    from rich.text import Text

    from monitor.cli.listing import Listing
    from monitor.i18n.terms import ENDINGS, EVENTS
    from monitor.store import queries
    from monitor.store.documents import timeline_document

    settings = settings_in_force(context.obj)
    with store_of(settings) as store, store.read() as session:
        wanted = clean(kind).replace(" ", "_")
        found = [timeline_document(event) for event in queries.timeline(session, site=site, kind=wanted, limit=limit)]
        known = queries.event_kinds(session)
    if site and not found and site not in settings.fleet.sites:  # what was taken out keeps its past
        near = did_you_mean(site, settings.fleet.sites)
        raise Failure(message("no site '{site}'.{hint: }", site=clean(site), hint=near), BAD_INPUT)
    if wanted and not found and wanted not in known:
        hint: Said = did_you_mean(wanted, known) or message("There are: {kinds}", kinds=list(known))
        raise Failure(message("--kind: nothing of the kind '{kind}' has happened.{hint: }", kind=wanted, hint=hint), NO)
    if as_json:
        print_json(found)
        return
    if not found:
        print(_("Nothing happened."))
        return
    table = Listing(_("When"), _("Where"), _("What"), "", prose={_("What"), ""})
    for event in found:
        ended = term(ENDINGS, event["end_reason"] or "")
        what = "; ".join(filter(None, (reason_words(event["reason"]), ended, event["ticket"])))
        table.add_row(local(event["at_utc"]), event["device"] or event["site"], term(EVENTS, event["kind"]), Text(what))
    console().print(table)
