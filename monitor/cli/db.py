"""Run `db copy`: move the database between a file and a PostgreSQL server."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from monitor.cli.console import print_json
from monitor.cli.errors import BAD_INPUT, CANNOT, Failure, settings_in_force
from monitor.cli.language import _, n_
from monitor.cli.options import AsJson
from monitor.cli.progress import bars
from monitor.domain.message import message, said_by, said_by_system

if TYPE_CHECKING:
    from monitor.cli.documents import MovedDocument
    from monitor.settings.load import Settings
    from monitor.settings.storage_section import Place, Server

app = typer.Typer(help="Move the database between a file and a PostgreSQL server.", no_args_is_help=True)


@app.command()
def copy(
    context: typer.Context,
    source: Annotated[
        str, typer.Argument(metavar="FROM", help="A state folder, or postgresql+psycopg://USER@HOST/DATABASE.")
    ],
    target: Annotated[str, typer.Argument(metavar="TO", help="The same; there must be no database yet.")],
    password_file: Annotated[
        Path | None,
        typer.Option(
            "--password-file", help="A file whose first line is the server's password; without it that of monitor.toml."
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Copy the database from a file to a server, or back, while no daemon runs; each table is compared afterwards.

    FROM stays as it is. With --json: {source, target, rows, events, heads, tables: {NAME: {rows, sha256}}}.
    """
    from monitor.domain.clock import SystemClock
    from monitor.store.lock import only_daemon
    from monitor.store.moving import move

    settings = settings_in_force(context.obj)
    begin, end = (_place(*each, settings, password_file) for each in (("FROM", source), ("TO", target)))
    if begin.server is None and not begin.state.is_dir():
        raise Failure(message("FROM: there is no folder {folder}. Expected a state folder", folder=source), BAD_INPUT)
    if begin == end:
        raise Failure(message("FROM and TO are the same. Expected two databases"), BAD_INPUT)
    with _failing(), ExitStack() as locks:
        for folder in sorted({each.resolve() for each in (settings.state, begin.state, end.state)}):
            locks.enter_context(only_daemon(folder))
        with bars(_("Examining the database"), _("Copying the rows"), _("Comparing both")) as shows:
            moved = move(begin, end, SystemClock().utc(), *shows)
    if as_json:
        document: MovedDocument = {
            "source": source,
            "target": target,
            "rows": moved.rows,
            "events": moved.events,
            "heads": dict(moved.heads),
            "tables": {name: {"rows": each.rows, "sha256": each.hash} for name, each in moved.tables.items()},
        }
        print_json(document)
        return
    print(
        n_(
            "{count} row is in {to} as in {source}: each table was compared, and the history ends with {head}",
            "{count} rows are in {to} as in {source}: each table was compared, and the history ends with {head}",
            moved.rows,
            to=target,
            source=source,
            head=", ".join(moved.heads.values()),
        )
    )
    if end.server is not None:
        keys = ", ".join(f'{key} = "{value}"' for key, value in _keys(end.server).items())
        print(_("Next, in [storage] of monitor.toml: {keys}. Then start the daemon.", keys=keys))
    elif begin.server is not None:
        keys = ", ".join(_keys(begin.server))
        print(_("Next, take {keys} out of [storage] in monitor.toml. Then start the daemon.", keys=keys))


def _keys(server: "Server") -> dict[str, str]:
    """Return what [storage] says of a server, by its keys."""
    found = {"url": server.url}
    if server.password_file is not None:
        found["password_file"] = str(server.password_file.absolute())
    return found


def _place(which: str, typed: str, settings: "Settings", password_file: Path | None) -> "Place":
    """Return the place that was typed; ends the command when it is none."""
    from monitor.settings.storage_section import Place, Server, checked_url

    if "://" not in typed:
        return Place(Path(typed))
    try:
        server = Server(checked_url(typed), password_file)
    except ValueError as error:
        raise Failure(message("{which}: {why}", which=which, why=said_by(error)), BAD_INPUT) from None
    known = settings.server
    if password_file is None and known is not None and known.url == server.url:
        server = replace(server, password_file=known.password_file)
    return Place(settings.state, server)


@contextmanager
def _failing() -> Iterator[None]:
    """End the command with what keeps the database from being copied."""
    from monitor.store.errors import StoreError

    try:
        yield
    except StoreError as error:
        raise Failure(said_by(error), CANNOT) from None
    except OSError as error:
        about = error.filename or ""
        said = message("{file}: {why}. Nothing was changed", file=about, why=said_by_system(error))
        raise Failure(said, CANNOT) from None
