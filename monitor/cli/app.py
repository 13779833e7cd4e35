"""Compose the command line: what all commands share, and the list of them."""

import errno
import os
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Annotated, Any

import typer
import typer.main
from typer.core import TyperGroup

from monitor.cli import (
    answering,
    availability,
    backup,
    charter,
    clock,
    completion,
    config,
    daemon,
    db,
    discover,
    doctor,
    helpdesk,
    history,
    importing,
    init,
    maintenance,
    notes,
    notify,
    office_calendar,
    offices,
    outbox,
    printing,
    probe,
    public,
    records,
    registering,
    reload,
    replay,
    report,
    simulate,
    status,
    tickets,
    timeline,
    tokens,
    users,
)
from monitor.cli.command_help import prepare, show_error, unknown_language
from monitor.cli.errors import BAD_INPUT, CANNOT, INTERRUPTED, NO, READER_GONE, Failure, choose_office
from monitor.cli.language import _, render, speak
from monitor.cli.memory import keep_out_of_cores
from monitor.cli.streams import flush, make_printable
from monitor.domain.message import Message, message
from monitor.domain.text import harmless, nfc

UNWRITABLE = {errno.EPIPE, errno.ENOSPC, errno.EIO}


class _Commands(TyperGroup):
    """The group of commands; ends an interrupted one with the exit code that shells expect, instead of typer's own."""

    def invoke(self, ctx: Any) -> Any:
        try:
            return super().invoke(ctx)
        except KeyboardInterrupt:
            raise typer.Exit(INTERRUPTED) from None
        except BrokenPipeError:
            raise typer.Exit(READER_GONE) from None


app = typer.Typer(
    cls=_Commands,
    name="upazila-monitor",
    help="Monitor an upazila's links, digital centres and labs, and measure each outage against the Citizen's Charter.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)

app.add_typer(probe.app, name="probe")
for about_requests in (registering.new, registering.correct, registering.withdraw, answering.answer):
    tickets.app.command()(about_requests)
app.add_typer(tickets.app, name="ticket")
app.add_typer(outbox.app, name="outbox")
app.add_typer(notify.app, name="notify")
app.add_typer(maintenance.app, name="maintenance")
app.add_typer(notes.app, name="notes")
app.add_typer(public.app, name="public")
app.add_typer(clock.app, name="clock")
app.add_typer(office_calendar.app, name="calendar")
app.add_typer(offices.app, name="offices")
app.add_typer(records.audit, name="audit")
app.add_typer(backup.app, name="backup")
app.add_typer(db.app, name="db")
app.add_typer(users.app, name="user")
app.add_typer(tokens.app, name="token")
app.add_typer(helpdesk.app, name="helpdesk")
app.add_typer(printing.app, name="print")
app.add_typer(tickets.several, name="tickets")
tickets.several.command()(records.export)
COMMANDS: tuple[Callable[..., None], ...] = (
    daemon.run,
    init.init,
    config.check,
    doctor.doctor,
    reload.reload,
    status.status,
    status.outages,
    timeline.events,
    availability.availability,
    history.history,
    report.report,
    charter.charter,
    charter.deadline,
    simulate.simulate,
    replay.replay,
    discover.discover,
    config.version,
)
for command in COMMANDS:
    app.command()(command)
app.command("import")(importing.import_)


def _say_version(wanted: bool) -> None:
    if wanted:
        config.version()
        raise typer.Exit


@app.callback()
def configuration(
    context: typer.Context,
    directory: Annotated[
        Path,
        typer.Option(
            "--config", metavar="DIR", envvar="UPAZILA_MONITOR_CONFIG", help="The folder of the configuration."
        ),
    ] = Path("config"),
    lang: Annotated[  # read by `speak` before any help is printed
        str,
        typer.Option(
            "--lang",
            metavar="LANG",
            help="Language: bn or en; without it UPAZILA_MONITOR_LANG, else the office's.",
            autocompletion=completion.languages,
        ),
    ] = "",
    office: Annotated[
        str,
        typer.Option(
            "--office",
            metavar="ID",
            envvar="UPAZILA_MONITOR_OFFICE",
            help="Which office it is about, where the installation has several.",
            autocompletion=completion.offices,
        ),
    ] = "",
    version: Annotated[
        bool, typer.Option("--version", "-V", is_eager=True, callback=_say_version, help="Print the version.")
    ] = False,
) -> None:
    """Keeps what every command may ask for."""
    context.obj = directory
    choose_office(office)


def main() -> None:
    """Run one command; no input, however bad, ends in a traceback."""
    keep_out_of_cores()
    make_printable()
    code = _code_of_a_run()
    trouble = flush()
    if trouble == "gone":  # the reader has seen enough, as `| head` does
        code = READER_GONE
    elif trouble:
        code = _cannot_write(trouble)
    sys.exit(code)


def _cannot_write(why: str) -> int:
    with suppress(OSError):
        print(_("the output cannot be written: {why}", why=Message(why)), file=sys.stderr)
    return CANNOT


def _code_of_a_run() -> int:
    try:
        if any(
            "\udc80" <= character <= "\udcff" for word in sys.argv for character in word
        ):  # so Python marks such bytes
            raise Failure(message("what was typed holds bytes that are no UTF-8. Expected text in UTF-8"), BAD_INPUT)
        sys.argv[1:] = map(_in_nfc, sys.argv[1:])
        if unknown := speak(sys.argv[1:]):
            raise Failure(unknown_language(unknown), BAD_INPUT)
        command = typer.main.get_command(app)
        prepare(command)
        code = command(prog_name="upazila-monitor", standalone_mode=False)
        return code if isinstance(code, int) else 0
    except typer.TyperException as error:
        show_error(error)
        return error.exit_code
    except typer.Abort:
        print(_("Aborted."), file=sys.stderr)
        return NO
    except KeyboardInterrupt:  # before or after the command itself
        return INTERRUPTED
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else int(end.code is not None)
    except Failure as failure:
        with suppress(BrokenPipeError):
            print(harmless(render(failure.said)), file=sys.stderr)
        return failure.code
    except OSError as error:
        if error.errno not in UNWRITABLE:
            raise
        flush()  # what is still buffered is lost as well, and is not reported a second time
        return _cannot_write(error.strerror or str(error))


def _in_nfc(word: str) -> str:
    """Return what was typed in NFC, as the configuration is; a file's name stays as it is."""
    _, sign, value = word.partition("=")
    if word.isascii() or os.path.lexists(word) or (sign and os.path.lexists(value)):
        return word
    return nfc(word)
