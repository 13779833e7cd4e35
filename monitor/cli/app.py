"""The top of the command line: what all commands share, and the list of them."""

import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import click
import typer

from monitor.cli import charter, config, daemon, probe, status, tickets
from monitor.cli.failing import INTERRUPTED, Failure

app = typer.Typer(
    name="upazila-monitor",
    help="Watches an upazila's links, digital centres and labs and holds each outage against the Citizen's Charter.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)

app.add_typer(probe.app, name="probe")
app.add_typer(tickets.app, name="ticket")
COMMANDS: tuple[Callable[..., None], ...] = (
    daemon.run,
    config.check,
    status.status,
    status.outages,
    tickets.tickets,
    charter.charter,
    charter.calendar,
    charter.deadline,
    config.version,
)
for command in COMMANDS:
    app.command()(command)


@app.callback()
def configuration(
    context: typer.Context,
    directory: Annotated[
        Path,
        typer.Option("--config", metavar="DIR", envvar="UPAZILA_MONITOR_CONFIG", help="The configuration's folder."),
    ] = Path("config"),
) -> None:
    """Keeps what every command may ask for."""
    context.obj = directory


def main() -> None:
    """Runs one command; no input, however bad, ends in a traceback."""
    try:
        code = app(standalone_mode=False)
    except Failure as failure:
        print(failure, file=sys.stderr)
        sys.exit(failure.code)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except (click.Abort, KeyboardInterrupt):
        sys.exit(INTERRUPTED)
    except BrokenPipeError:  # the reader has seen enough, as `| head` does
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)
    sys.exit(code or 0)
