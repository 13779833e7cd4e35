"""Run `public export`: write a copy of the public page for another web server."""

from pathlib import Path
from typing import Annotated

import typer

from monitor.cli.clock import now_of
from monitor.cli.console import print_json
from monitor.cli.errors import BAD_INPUT, Failure, settings_in_force, store_of
from monitor.cli.language import _, n_
from monitor.cli.options import AsJson
from monitor.cli.output_file import unwritable
from monitor.cli.progress import bars

app = typer.Typer(help="The page for the public, with its feeds and badges.", no_args_is_help=True)


@app.command()
def export(
    context: typer.Context,
    directory: Annotated[
        Path, typer.Argument(metavar="DIR", help="The folder for the copy: empty, or with an earlier copy.")
    ],
    as_json: AsJson = False,
) -> None:
    """Write the public page in Bangla and English, its feeds and badges, as they are now."""
    from monitor.alerts.cases.entered import office_of
    from monitor.domain.clock import VirtualClock
    from monitor.web.public.export import ExportRefused
    from monitor.web.public.export import export as write
    from monitor.web.public.publisher import Publisher

    settings = settings_in_force(context.obj)
    now_utc = now_of(settings)
    with store_of(settings) as store, bars(_("Making the page"), _("Writing the files")) as (_making, writing):
        with store.read() as session:
            office = office_of(session, settings, now_utc)
        files = Publisher(store, lambda: office, lambda: settings, VirtualClock(now_utc)).copy()
        try:
            write(directory, files, writing)
        except ExportRefused as refused:
            raise Failure(refused.said, BAD_INPUT) from None
        except OSError as error:
            raise unwritable(directory, error) from None
    if as_json:
        print_json({"directory": str(directory), "files": sorted(files)})
    else:
        print(n_("{count} file written to {folder}", "{count} files written to {folder}", len(files), folder=directory))
