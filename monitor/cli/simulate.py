"""`simulate`: a complaint and an outage travel the whole grievance chain in seconds, every mail written to a folder."""

from pathlib import Path
from typing import Annotated

import typer

from monitor.cli.failing import settings_of
from monitor.cli.moments import moment_of


def simulate(
    context: typer.Context,
    months: Annotated[int, typer.Option(min=1, max=60, help="How long nobody settles anything.")] = 6,
    begin: Annotated[
        str, typer.Option("--from", help="When it begins, such as 2026-11-23T10:00 (Dhaka); now, if left out.")
    ] = "",
    output: Annotated[Path, typer.Option("--output", "-o", help="The folder for the mails.")] = Path("var/simulation"),
) -> None:
    """Plays months on a virtual clock: a walk-in complaint and an outage that nobody settles. Sends nothing."""
    from monitor.charter.text import DHAKA
    from monitor.clock import SystemClock
    from monitor.daemon.simulation import play

    settings = settings_of(context.obj)
    began = moment_of("--from", begin) if begin else SystemClock().utc()
    mails = 0
    for at, line in play(settings, began, months, output):
        print(f"{at.astimezone(DHAKA):%Y-%m-%d %H:%M}  {line}")
        mails += line.startswith("mail ")
    print(f"{mails} mails in {output}/")
