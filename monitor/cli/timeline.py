"""`events`: what happened that is no outage, such as a restart, a UPS on battery, or credentials refused."""

import json
from typing import Annotated

import typer

from monitor.cli.failing import settings_in_force, store_of
from monitor.cli.status import AsJson, local
from monitor.cli.wide import console


def events(
    context: typer.Context,
    site: Annotated[str, typer.Argument(help="Of this site only.")] = "",
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="At most so many, the newest first.")] = 50,
    as_json: AsJson = False,
) -> None:
    """Lists the timeline, newest first."""
    from rich.table import Table
    from rich.text import Text

    from monitor.store import views

    with store_of(settings_in_force(context.obj)) as store, store.read() as session:
        found = [views.facts(event) for event in views.events(session, site=site, limit=limit)]
    if as_json:
        print(json.dumps(found, ensure_ascii=False, indent=2))
        return
    if not found:
        print("Nothing happened.")
        return
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="bold")
    for heading in ("When", "Where", "What", ""):
        table.add_column(heading, no_wrap=heading == "When")
    for event in found:
        what = str(event["kind"]).replace("_", " ")
        table.add_row(local(event["at_utc"]), event["device"] or event["site"], what, Text(event["text"]))
    console().print(table)
