"""Run `offices`: list, show and add the offices of an installation."""

import sys
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from monitor.cli import completion
from monitor.cli.console import console, print_json, say
from monitor.cli.errors import BAD_INPUT, CANNOT, Failure, installation_in_force, installation_of
from monitor.cli.language import _, digits, lang, n_, term
from monitor.cli.options import AsJson
from monitor.domain.message import N_, Message, message, said_by, said_by_system

if TYPE_CHECKING:
    from monitor.cli.documents import OfficeDocument
    from monitor.settings.installation import Installation

app = typer.Typer(
    help="The offices of an installation: a nation's, a division's or a district's.", no_args_is_help=True
)

OfficeId = Annotated[
    str,
    typer.Argument(metavar="ID", help="An id of offices.toml.", autocompletion=completion.places),
]


@app.command("list")
def list_(context: typer.Context, as_json: AsJson = False) -> None:
    """List the tree of offices: each place, and each office with its prefix and its sites."""
    from monitor.cli.listing import Listing

    found = installation_in_force(context.obj)
    documents = [_document(found, id_) for id_ in found.tree.nodes]
    if as_json:
        print_json(documents)
        return
    place, id_, prefix, sites = _("Place"), _("Id"), _("Prefix"), _("Sites")
    table = Listing(place, id_, prefix, sites, right=[sites])
    for each in _in_order(found):
        document = _document(found, each)
        depth = len(found.tree.path(each)) - 1
        name = found.tree.nodes[each].names.name(lang())
        table.add_row("  " * depth + name, each, document["ticket_prefix"], digits(document["sites"]))
    console().print(table)


@app.command()
def show(context: typer.Context, office: OfficeId, as_json: AsJson = False) -> None:
    """Show a place: to what it belongs, which offices are below it, and what an office says itself."""
    from monitor.i18n.place_terms import PLACE_KINDS
    from monitor.settings.problems import no_such

    found = installation_in_force(context.obj)
    if office not in found.tree.nodes:
        raise Failure(message("there is {fault}", fault=no_such("office", office, found.tree.nodes)), BAD_INPUT)
    document = _document(found, office)
    if as_json:
        print_json(document)
        return
    tree = found.tree
    names = [tree.nodes[each].names.name(lang()) for each in tree.path(office)]
    say(" › ".join(names))
    say(_("kind: {kind}", kind=term(PLACE_KINDS, document["kind"])))
    if document["kind"] != "upazila":
        say(_("offices: {offices}", offices=document["offices"] or "–"))
        return
    settings = found.offices[office]
    entry = settings.charter.office
    say(_("office: {name}", name=entry.name_bn if lang() == "bn" else entry.name_en))
    say(_("ticket prefix: {prefix}", prefix=entry.ticket_prefix))
    say(_("sites: {count:,}", count=document["sites"]))
    if found.several:
        say(_("files: {folder}", folder=settings.directory / "offices" / office))


@app.command()
def add(
    context: typer.Context,
    office: Annotated[str, typer.Argument(metavar="ID", help="Its id: small letters, digits and '-'.")],
    under: Annotated[
        str, typer.Option("--under", metavar="ID", help="To what it belongs.", autocompletion=completion.places)
    ] = "",
    kind: Annotated[str, typer.Option("--kind", help="upazila (an office), district or division.")] = "upazila",
    name_bn: Annotated[str, typer.Option("--name-bn", help="Its name in Bangla.")] = "",
    name_en: Annotated[str, typer.Option("--name-en", help="Its name in English.")] = "",
    prefix: Annotated[str, typer.Option("--prefix", help="Begins its ticket numbers, such as MIR.")] = "",
    address: Annotated[str, typer.Option("--address", help="The address of the office's own router.")] = "",
) -> None:
    """Add an office with a folder of its own, or a district or division; it asks what is not given."""
    from monitor.new_office import another_office
    from monitor.settings.offices_file import FOLDER, KINDS, OFFICES
    from monitor.settings.problems import ConfigError, one_of
    from monitor.settings.sites_file import an_id

    directory: Path = context.obj
    if not installation_of(directory).several:
        said = message("{file}: there is no tree of offices yet. docs/offices.md begins one", file=directory / OFFICES)
        raise Failure(said, BAD_INPUT)
    known = next((each for each in KINDS[1:] if each == kind), None)
    if known is None:
        raise Failure(message("--kind: {hint}", hint=one_of(KINDS[1:])), BAD_INPUT)
    try:
        an_id(office)
    except ValueError as error:  # before anything else is asked
        raise Failure(Message("{option}: {fault}", {"option": "ID", "fault": said_by(error)}), BAD_INPUT) from None
    is_office = known == "upazila"
    place = another_office.NewPlace(
        office,
        known,
        _asked(under, "--under", _("To what does it belong")),
        _asked(name_bn, "--name-bn", _("Its name in Bangla")),
        _asked(name_en, "--name-en", _("Its name in English")),
        _asked(prefix, "--prefix", _("What begins its ticket numbers")) if is_office else "",
        _asked(address, "--address", _("The address of the office's own router")) if is_office else "",
    )
    try:
        another_office.add(directory, place)
    except ConfigError as error:
        raise Failure(f"{error.text(lang())}\n{_('Nothing was written.')}", BAD_INPUT) from None
    except FileExistsError as error:
        raise Failure(
            message("{folder}: is there already. Nothing was written", folder=str(error)), BAD_INPUT
        ) from None
    except OSError as error:
        said = message("{folder}: cannot be written: {fault}", folder=directory, fault=said_by_system(error))
        raise Failure(said, CANNOT) from None
    say(_("{office}: added to {file}.", office=office, file=directory / OFFICES))
    if is_office:
        folder = directory / FOLDER / office
        say(_("Next: its officers in {file},", file=folder / "charter.toml"))
        say(_("its sites and unions in {file},", file=folder / "sites.toml"))
        say(_("then: upazila-monitor check, and upazila-monitor reload"))


@app.command()
def adopt(context: typer.Context, office: OfficeId) -> None:
    """Give the whole history of the office that stood alone to one of several: once, with the daemon stopped.

    Its tickets keep their numbers, and the chain of its history goes on where it stood.
    """
    from monitor.settings.offices_file import OFFICES
    from monitor.settings.problems import no_such
    from monitor.store import adoption
    from monitor.store.errors import DatabaseError, StoreError
    from monitor.store.lock import only_daemon
    from monitor.store.opening import existing_store

    found = installation_of(context.obj)
    if not found.several or office not in found.offices:
        raise Failure(message("there is {fault}", fault=no_such("office", office, found.offices)), BAD_INPUT)
    if not found.tree.nodes[office].plain_ids:
        text = N_("{office}: its sites have other ids than when it stood alone. Expected plain_ids = true in {file}")
        raise Failure(Message(text, {"office": office, "file": context.obj / OFFICES}), BAD_INPUT)
    host = found.host
    try:
        with (
            only_daemon(host.state),
            closing(existing_store(host.state, host.server)) as store,
            store.write() as session,
        ):
            moved = adoption.adopt(session, office)
    except (StoreError, DatabaseError) as error:
        said = str(error.orig) if isinstance(error, DatabaseError) else said_by(error)
        raise Failure(said, CANNOT) from None
    say(
        n_(
            "{count} row of the office that stood alone is {office}'s now.",
            "{count:,} rows of the office that stood alone are {office}'s now.",
            moved,
            office=office,
        )
    )


def _asked(given: str, option: str, question: str) -> str:
    """Return what was given, or what is typed at the question; ends the command where nobody can be asked."""
    if given:
        return given
    if not sys.stdin.isatty():
        raise Failure(Message("{option}: {fault}", {"option": option, "fault": message("is missing")}), BAD_INPUT)
    return str(typer.prompt(question)).strip()


def _in_order(found: "Installation") -> list[str]:
    """Return all places, each before those below it."""
    order, queue = list[str](), [found.tree.root.id]
    while queue:
        order.append(queue.pop(0))
        queue[:0] = found.tree.children[order[-1]]
    return order


def _document(found: "Installation", id_: str) -> "OfficeDocument":
    node, below = found.tree.nodes[id_], found.tree.below(id_)
    prefix = found.offices[id_].charter.office.ticket_prefix if id_ in found.offices else ""
    return {
        "id": id_,
        "kind": node.kind,
        "parent": node.parent,
        "name_bn": node.name_bn,
        "name_en": node.name_en,
        "ticket_prefix": prefix,
        "offices": [] if id_ in found.offices else list(below),
        "sites": sum(len(found.offices[each].fleet.sites) for each in below),
    }
