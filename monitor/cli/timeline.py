"""`events`: what happened: outages and their ends, restarts, a UPS on battery, credentials refused."""

from typing import Annotated

import typer

from monitor.cli.console import console, print_json
from monitor.cli.dates import local
from monitor.cli.errors import BAD_INPUT, NO, Failure, settings_in_force, store_of
from monitor.cli.numbers import whole
from monitor.cli.options import AsJson
from monitor.domain.text import clean
from monitor.settings.problems import did_you_mean


def events(
    context: typer.Context,
    site: Annotated[str, typer.Argument(help="Only of this site.")] = "",
    kind: Annotated[str, typer.Option(help="Only of this kind, such as outage, outage_over or restarted.")] = "",
    limit: Annotated[int, whole(least=1, most=10_000, says="How many at most, the newest first.")] = 50,
    as_json: AsJson = False,
) -> None:
    """List what happened, newest first."""
    from rich.text import Text

    from monitor.cli.listing import Listing
    from monitor.store import queries
    from monitor.store.documents import timeline_document

    settings = settings_in_force(context.obj)
    with store_of(settings) as store, store.read() as session:
        wanted = clean(kind).replace(" ", "_")
        found = [timeline_document(event) for event in queries.timeline(session, site=site, kind=wanted, limit=limit)]
        known = queries.event_kinds(session)
    if site and not found and site not in settings.fleet.sites:  # what was taken out keeps its past
        raise Failure(f"no site '{clean(site)}'.{did_you_mean(site, settings.fleet.sites) or ''}", BAD_INPUT)
    if wanted and not found and wanted not in known:
        hint = did_you_mean(wanted, known) or f" There are: {', '.join(known)}"
        raise Failure(f"--kind: nothing of the kind '{wanted}' has happened.{hint}", NO)
    if as_json:
        print_json(found)
        return
    if not found:
        print("Nothing happened.")
        return
    table = Listing("When", "Where", "What", "", prose={"What", ""})
    for event in found:
        what = event["kind"].replace("_", " ")
        table.add_row(local(event["at_utc"]), event["device"] or event["site"], what, Text(event["text"]))
    console().print(table)
