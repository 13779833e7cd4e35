"""The top of the command line: what all commands share, and the list of them."""

import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from monitor.cli import (
    availability,
    backup,
    charter,
    config,
    daemon,
    discover,
    helpdesk,
    importing,
    maintenance,
    notify,
    outbox,
    probe,
    records,
    registering,
    reload,
    replay,
    simulate,
    status,
    tickets,
    timeline,
)
from monitor.cli.failing import BAD_INPUT, INTERRUPTED, Failure
from monitor.domain.text import harmless


class _Commands(TyperGroup):
    """Ends an interrupted command with the code that shells expect, instead of typer's own."""

    def invoke(self, ctx: Any) -> Any:
        try:
            return super().invoke(ctx)
        except KeyboardInterrupt:
            raise typer.Exit(INTERRUPTED) from None


app = typer.Typer(
    cls=_Commands,
    name="upazila-monitor",
    help="Watches an upazila's links, digital centres and labs and holds each outage against the Citizen's Charter.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)

app.add_typer(probe.app, name="probe")
for about_requests in (registering.new, registering.correct, registering.withdraw):
    tickets.app.command()(about_requests)
app.add_typer(tickets.app, name="ticket")
app.add_typer(outbox.app, name="outbox")
app.add_typer(notify.app, name="notify")
app.add_typer(maintenance.app, name="maintenance")
app.add_typer(records.audit, name="audit")
app.add_typer(backup.app, name="backup")
app.add_typer(helpdesk.app, name="helpdesk")
app.add_typer(tickets.several, name="tickets")
tickets.several.command()(records.export)
COMMANDS: tuple[Callable[..., None], ...] = (
    daemon.run,
    config.check,
    reload.reload,
    status.status,
    status.outages,
    timeline.events,
    availability.availability,
    charter.charter,
    charter.calendar,
    charter.deadline,
    simulate.simulate,
    replay.replay,
    discover.discover,
    config.version,
)
for command in COMMANDS:
    app.command()(command)
app.command("import")(importing.import_)


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
        if any("\udc80" <= letter <= "\udcff" for word in sys.argv for letter in word):  # so Python marks such bytes
            raise Failure("what was typed holds bytes that are no UTF-8. Expected text in UTF-8", BAD_INPUT)
        app()
    except Failure as failure:
        print(harmless(str(failure)), file=sys.stderr)
        sys.exit(failure.code)
    except BrokenPipeError:  # the reader has seen enough, as `| head` does
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
