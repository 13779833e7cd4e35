"""Run `simulate`.

A complaint and an outage pass the whole grievance chain in seconds, every mail written to a folder.
"""

from pathlib import Path
from typing import Annotated

import typer

from monitor.cli.dates import moment_of
from monitor.cli.errors import BAD_INPUT, Failure, settings_of
from monitor.cli.numbers import whole

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
    for at, line in play(settings, began, months, output):
        print(f"{at.astimezone(DHAKA):%Y-%m-%d %H:%M}  {line}")
        mails += line.startswith("mail ")
    print(f"{mails} mails in {output.resolve()}/")


def _empty(output: Path) -> None:
    """Make the folder, without the mails of another simulation; refuses one that holds anything else."""
    try:
        output.mkdir(mode=0o750, parents=True, exist_ok=True)
        mark, found = output / MARK, list(output.iterdir())
        if found and not mark.exists() and output != FOLDER:
            raise Failure(f"--output: {output} is not empty. Expected a new or an empty folder", BAD_INPUT)
        mark.touch()
        for mail in output.glob("*.eml"):
            mail.unlink()
    except OSError as error:
        raise Failure(
            f"--output: {output}: {error.strerror}. Expected a folder that can be written to", BAD_INPUT
        ) from None
