"""Run `simulate`: a complaint and an outage pass the whole grievance chain, every mail written to a folder."""

from pathlib import Path
from typing import Annotated

import typer

from monitor.cli.dates import moment_of
from monitor.cli.errors import BAD_INPUT, Failure, settings_of
from monitor.cli.language import digits, n_, render
from monitor.cli.numbers import whole
from monitor.domain.message import message, said_by_system

FOLDER = Path("var/simulation")
MARK = ".simulation"  # stands in a folder that is ours to empty


def simulate(
    context: typer.Context,
    months: Annotated[int, whole(least=1, most=60, says="For how long nobody resolves anything.")] = 6,
    begin: Annotated[
        str, typer.Option("--from", help="When it begins, such as 2026-11-23T10:00 (Dhaka); without it now.")
    ] = "",
    output: Annotated[Path, typer.Option("--output", "-o", help="The folder for the mails.")] = FOLDER,
) -> None:
    """Play months on a virtual clock: a complaint and an outage that nobody resolves. Sends nothing."""
    from monitor.domain.clock import SystemClock
    from monitor.i18n.formats import DHAKA
    from monitor.runtime.virtual.simulation import play

    settings = settings_of(context.obj)
    began = moment_of("--from", begin) if begin else SystemClock().utc()
    _empty(output)
    mails = 0
    for at, line, is_mail in play(settings, began, months, output):
        print(f"{digits(f'{at.astimezone(DHAKA):%Y-%m-%d %H:%M}')}  {render(line)}")
        mails += is_mail
    print(n_("{count} mail in {folder}/", "{count} mails in {folder}/", mails, folder=output.resolve()))


def _empty(output: Path) -> None:
    """Make the folder, without the mails of another simulation; refuses one that holds anything else."""
    try:
        output.mkdir(mode=0o750, parents=True, exist_ok=True)
        mark, found = output / MARK, list(output.iterdir())
        if found and not mark.exists() and output != FOLDER:
            said = message("--output: {folder} is not empty. Expected a new or an empty folder", folder=output)
            raise Failure(said, BAD_INPUT)
        mark.touch()
        for mail in output.glob("*.eml"):
            mail.unlink()
    except OSError as error:
        why = said_by_system(error)
        said = message("--output: {folder}: {why}. Expected a folder that can be written to", folder=output, why=why)
        raise Failure(said, BAD_INPUT) from None
