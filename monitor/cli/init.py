"""Run `init`: write an office's configuration, from questions at the terminal or from a file of answers."""

import shlex
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Annotated

import typer

from monitor.cli.console import console, say
from monitor.cli.errors import BAD_INPUT, CANNOT, Failure, installation_of
from monitor.cli.language import _, lang, n_, render
from monitor.cli.site_rows import fault_lines, faults, row_text, unknown_credentials
from monitor.cli.spreadsheet import SiteList, site_list
from monitor.domain.clock import DHAKA
from monitor.domain.message import message, said_by, said_by_system
from monitor.durable import uninterrupted

if TYPE_CHECKING:
    from monitor.new_office.answers import Answers

SHOWN_ROWS = 20


@dataclass(frozen=True)
class Draft:
    """What is to be written. ``secrets``: by where they go, seen from the folder that holds the configuration."""

    texts: Mapping[str, str]
    areas: bytes | None
    secrets: Mapping[PurePosixPath, str]


def init(
    context: typer.Context,
    answers: Annotated[
        Path | None,
        typer.Option(
            "--answers", metavar="FILE", help="A file with the answers (docs/init.md); nothing is asked then."
        ),
    ] = None,
    map_areas: Annotated[
        Path | None,
        typer.Option(
            "--map-areas",
            metavar="PATH",
            help="Outlines of the unions: a folder or a zip with GeoJSON and its licence (docs/init.md).",
        ),
    ] = None,
    example: Annotated[
        bool, typer.Option("--example", help="Write the shipped example instead: thirty sites that are this machine.")
    ] = False,
    replace: Annotated[
        bool, typer.Option("--replace", help="Replace a configuration that is there; it stays beside the new one.")
    ] = False,
) -> None:
    """Write an office's configuration into the folder of --config: asks for all it needs, and checks it first."""
    from monitor.cli.init_questions import confirmed
    from monitor.new_office.folder import shipped
    from monitor.new_office.placing import in_the_way, place

    folder: Path = context.obj
    if example and (answers is not None or map_areas is not None):
        raise Failure(message("--example excludes --answers and --map-areas"), BAD_INPUT)
    asks = answers is None and not example
    if asks and not sys.stdin.isatty():
        raise Failure(message("nobody can be asked here. Expected --answers FILE"), BAD_INPUT)
    draft = Draft(shipped(), None, {}) if example else _answered(answers, map_areas)
    there = in_the_way(folder, draft.secrets)
    if there and not replace:
        names = ", ".join(str(path) for path in there)
        if not asks:
            raise Failure(message("{names}: there already. Expected --replace to replace them", names=names), BAD_INPUT)
        if not confirmed(_("{names}: there already. Replace them? They stay beside the new ones.", names=names)):
            raise typer.Abort
    elif asks and not confirmed(_("Write this to {folder}?", folder=folder), default=True):
        raise typer.Abort
    try:
        with uninterrupted():
            kept = place(folder, draft.texts, draft.areas, draft.secrets, _aside())
    except OSError as error:
        fault = said_by_system(error)
        raise Failure(message("{folder} cannot be written: {fault}", folder=folder, fault=fault), CANNOT) from None
    for path in kept:
        say(_("kept: {path}", path=path))
    count = len(draft.texts) + len(draft.secrets) + (draft.areas is not None)
    say(n_("{count} file written to {folder}.", "{count} files written to {folder}.", count, folder=folder))
    _conclude(folder)


def _conclude(folder: Path) -> None:
    """Say what `check` says, and what `doctor` finds wrong without asking other machines."""
    from monitor.cli.doctor import examine
    from monitor.doctor.finding import Level
    from monitor.runtime.startup_messages import summary

    installation = installation_of(folder)
    say(_("{folder}: {fleet}. No errors.", folder=folder, fleet=summary(installation.host)))
    for examined in examine(installation, offline=True):
        for finding in examined.findings:
            if finding.kind.level in {Level.WARNING, Level.ERROR}:
                say(_("still missing: {what} → {mend}", what=finding.text, mend=finding.mend))
    program = f"upazila-monitor --config {shlex.quote(str(folder))}"
    say(
        _(
            "Next: `{program} doctor`, which asks the network and the mail server too, then `{program} run`.",
            program=program,
        )
    )


def _answered(answers: Path | None, map_areas: Path | None) -> Draft:
    """Return what a file of answers makes, or questions where there is none; ends the command at a fault."""
    from monitor.cli.init_questions import ask
    from monitor.new_office.answers import read_answers
    from monitor.new_office.placing import check

    with _problems_named():
        if answers is None:
            try:
                given, typed, home = ask(map_areas)
            except EOFError:  # the terminal is gone
                raise typer.Abort from None
        else:
            given, typed, home = read_answers(answers), {}, answers.absolute().parent
            if map_areas is not None:
                given = given.model_copy(update={"areas": map_areas.absolute()})
        listed = _sites(given, home)
        _preview(listed, given)
        draft = _draft(given, listed, typed, home)
        check(draft.texts, draft.areas)
    return draft


@contextmanager
def _problems_named() -> Iterator[None]:
    """End the command with every problem of the answers, or of the configuration that they would make."""
    from monitor.settings.problems import ConfigError
    from monitor.settings.secrets import SecretError

    try:
        yield
    except ConfigError as error:
        raise Failure(f"{error.text(lang())}\n{_('Nothing was written.')}", BAD_INPUT) from None
    except SecretError as error:
        raise Failure(said_by(error), BAD_INPUT) from None


def _sites(given: "Answers", home: Path) -> SiteList:
    """Read the list of sites, with parents found by union where that is wanted; ends the command at a fault."""
    from monitor.new_office.folder import with_parents

    file = home / given.sites.file
    listed = site_list(file, ids_made=True)
    if given.sites.parents_by_union:
        rows = with_parents([row for _, row in listed.rows])
        listed = SiteList(listed.columns, [(line, row) for (line, _), row in zip(listed.rows, rows, strict=True)])
    known = {*given.snmp.v2c, *given.snmp.v3}
    found = [*faults(listed.rows, set(), set()), *unknown_credentials(listed.rows, known)]
    if found:
        raise Failure("\n".join([*fault_lines(file, found), _("Nothing was written.")]), BAD_INPUT)
    return listed


def _preview(listed: SiteList, given: "Answers") -> None:
    """Show how the list was understood: its headings, and the first sites."""
    from monitor.cli.listing import Listing
    from monitor.i18n.languages import lookup
    from monitor.i18n.terms import KINDS

    for heading, column in listed.columns.items():
        say(_("'{heading}' was read as {column}", heading=heading, column=column or "-"))
    table = Listing(_("Site"), _("Kind"), _("Name"), _("Union"), _("Behind"), _("Address"))
    for row in (row for _line, row in listed.rows[:SHOWN_ROWS]):
        name = row["name_bn"] if lang() == "bn" else row["name_en"]
        table.add_row(
            row["id"], lookup(lang(), *KINDS[row["kind"]], 1), name, row["union"], row["parent"], row["address"]
        )
    console().print(table)
    office = given.office.name_bn if lang() == "bn" else given.office.name_en
    say(n_("{count} site for {office}.", "{count} sites for {office}.", len(listed.rows), office=office))


def _draft(given: "Answers", listed: SiteList, typed: Mapping[str, str], home: Path) -> Draft:
    from monitor.new_office.folder import secrets_of, shipped, written
    from monitor.settings.secrets import read_secret

    secrets = {
        place: typed[key] if key in typed else read_secret(home / file).reveal()
        for key, (file, place) in secrets_of(given).items()
    }
    areas = _areas(home / given.areas, listed) if given.areas is not None else None
    return Draft(written(given, (row_text(row) for _, row in listed.rows), shipped()), areas, secrets)


def _areas(package: Path, listed: SiteList) -> bytes:
    """Read the outlines of the list's unions, and say what was found; ends the command at a fault."""
    from monitor.new_office.map_areas import MapAreasError, map_areas

    try:
        found = map_areas(package, dict.fromkeys(row["union"] for _, row in listed.rows))
    except MapAreasError as error:
        raise Failure("\n".join([render(said_by(error)), _("Nothing was written.")]), BAD_INPUT) from None
    said = n_(
        "{count} union is drawn on the map, under {licence}.",
        "{count} unions are drawn on the map, under {licence}.",
        len(found.drawn),
        licence=found.licence,
    )
    say(said)
    for union in found.missing:
        say(_("no outline of the union {union}", union=union))
    return found.content


def _aside() -> str:
    """Return what the names of replaced files get: when that was."""
    return datetime.now(DHAKA).strftime("before-%Y%m%d-%H%M%S")
