"""Run `notes`: what officers should know about a site, dated and signed, as its page shows it."""

from typing import Annotated

import typer

from monitor.cli import completion
from monitor.cli.clock import now_of
from monitor.cli.console import print_json, say
from monitor.cli.errors import BAD_INPUT, Failure, acting, settings_in_force, store_of
from monitor.cli.language import _, lang
from monitor.cli.options import Actor, AsJson, by_command
from monitor.domain.message import message
from monitor.i18n.formats import moment_text

app = typer.Typer(help="Write and read notes about sites.", no_args_is_help=True)

MOST = 1_000

Site = Annotated[
    str, typer.Argument(help="The id of the site, such as udc-juniadaha.", autocompletion=completion.sites)
]


@app.command()
def add(
    context: typer.Context,
    site: Site,
    text: Annotated[str, typer.Argument(help="What the others should know.")],
    actor: Actor = "",
) -> None:
    """Keep a note about a site; it cannot be changed afterwards."""
    from monitor.alerts.cases import actions

    settings = settings_in_force(context.obj)
    with store_of(settings) as store, acting({"site": "", "text": "TEXT: "}), store.write_once() as session:
        actions.note_site(by_command(session, settings, now_of(settings), actor), site, text)
    print(_("The note about {site} is kept.", site=site))


@app.command(name="list")
def list_(context: typer.Context, site: Site, as_json: AsJson = False) -> None:
    """List the notes about a site, the newest first."""
    from monitor.settings.problems import did_you_mean
    from monitor.store import site_page_queries

    settings = settings_in_force(context.obj)
    if site not in settings.fleet.sites:
        hint = did_you_mean(site, settings.fleet.sites)
        raise Failure(message("no site '{site}'.{hint: }", site=site, hint=hint), BAD_INPUT)
    with store_of(settings) as store, store.read() as session:
        found = site_page_queries.notes_of(session, site, MOST)
    if as_json:
        print_json([{"at": note.at_utc.isoformat(), "by": note.actor, "text": note.text} for note in found])
        return
    for note in found:
        say(f"{moment_text(note.at_utc, lang())}  {note.actor}")
        for line in note.text.splitlines():
            say(f"  {line}")
    if not found:
        print(_("No notes."))
