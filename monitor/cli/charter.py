"""Print `charter` and `deadline`: the services, and when a service is due."""

import json
import sys
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from monitor.cli.console import console, print_json, say
from monitor.cli.errors import BAD_INPUT, Failure, settings_of
from monitor.cli.language import _, lang
from monitor.cli.office_calendar import calendar_of, known_year
from monitor.cli.options import AsJson
from monitor.domain.message import message, said_by
from monitor.domain.text import ascii_digits

if TYPE_CHECKING:
    from collections.abc import Iterable

    from monitor.charter.calendar import Calendar
    from monitor.charter.deadline import Deadline
    from monitor.charter.services import Charter


def charter(context: typer.Context, as_json: AsJson = False) -> None:
    """Show the Citizen's Charter as the published table."""
    from monitor.charter.services import Charter
    from monitor.cli import charter_page
    from monitor.reports.charter_documents import charter_document

    charter_in_force = Charter.of(settings_of(context.obj).charter)
    if as_json:
        print_json(charter_document(charter_in_force))
    else:
        console().print(charter_page.page(charter_in_force))


def deadline(
    context: typer.Context,
    service: Annotated[
        str, typer.Option(metavar="KEY", help="The row of the charter: citizen:8, 8 or \u09ee; official:1.")
    ] = "",
    start: Annotated[
        str,
        typer.Option(
            "--from", metavar="TIME", help="Time, such as 2026-11-23T16:30; Bangladesh time unless it has an offset."
        ),
    ] = "",
    as_json: AsJson = False,
    stdin: Annotated[
        bool, typer.Option("--stdin", help="Read lines of 'KEY TIME' and print a JSON line for each.")
    ] = False,
) -> None:
    """Show by when a service is due that was requested (or failed) at TIME, and why, day by day.

    With --stdin every line is answered in its order; a faulty one is reported on standard error by its number, the
    others are answered all the same, and the exit code is 2.
    """
    from monitor.charter.deadline import explain
    from monitor.charter.services import Charter
    from monitor.cli.columns import width
    from monitor.reports.charter_documents import deadline_document

    if stdin == bool(service or start) or (not stdin and not (service and start)):
        raise Failure(
            message("not clear what to compute. Expected --service KEY --from TIME, or --stdin alone"), BAD_INPUT
        )
    settings = settings_of(context.obj)
    charter_in_force, office = Charter.of(settings.charter), calendar_of(settings)
    if stdin:
        _answer_lines(sys.stdin.buffer, charter_in_force, office)
        return
    service = _key(service, charter_in_force)
    answer = _deadline(service, start, charter_in_force, office)
    if as_json:
        print_json(deadline_document(service, answer))
    else:
        say(f"{service}  {charter_in_force.services[service].name(lang())}")
        for line in explain(answer, lang(), width).split("\n"):
            say(line, 4)


def _answer_lines(lines: "Iterable[bytes]", charter_in_force: "Charter", office: "Calendar") -> None:
    from monitor.reports.charter_documents import deadline_document

    bad = False
    for number, line in enumerate(lines, start=1):
        words = line.decode(errors="replace").split()
        if not words:
            continue
        try:
            if len(words) != 2:
                raise Failure(message("'{line}' is no pair. Expected 'KEY TIME'", line=" ".join(words)[:80]), BAD_INPUT)
            key = _key(words[0], charter_in_force)
            answer = _deadline(key, words[1], charter_in_force, office)
        except Failure as failure:
            bad = True
            print(_("line {number}: {why}", number=number, why=failure.said), file=sys.stderr)
        else:
            print(json.dumps(deadline_document(key, answer), ensure_ascii=False), flush=True)
    if bad:
        raise typer.Exit(BAD_INPUT)


def _key(typed: str, charter_in_force: "Charter") -> str:
    """Return the row of the charter that was meant: citizen:8, or 8 in any digits."""
    from monitor.settings.problems import did_you_mean

    key = charter_in_force.key_of(typed)
    if key is None:
        if hint := did_you_mean(typed, charter_in_force.services):
            raise Failure(message("no service '{typed}' in the charter.{hint: }", typed=typed, hint=hint), BAD_INPUT)
        wanted = message(
            "no service '{typed}' in the charter. Expected one such as citizen:8, 8 or official:1", typed=typed
        )
        raise Failure(wanted, BAD_INPUT)
    return key


def _deadline(key: str, start: str, charter_in_force: "Charter", office: "Calendar") -> "Deadline":
    from monitor.charter.calendar import CalendarError
    from monitor.charter.deadline import target_deadline

    service = charter_in_force.services[key]
    at_utc = _moment(start)
    try:
        return target_deadline(service.target, started_utc=at_utc, confirmed_utc=at_utc, calendar=office)
    except CalendarError as error:
        raise Failure(said_by(error), BAD_INPUT) from None


def _moment(text: str) -> datetime:
    from monitor.i18n.formats import DHAKA

    try:
        moment = datetime.fromisoformat(ascii_digits(text))
    except ValueError:
        raise Failure(
            message("'{text}' is not a time. Expected one such as 2026-11-23T16:30", text=text), BAD_INPUT
        ) from None
    known_year(moment.year)
    return (moment if moment.tzinfo else moment.replace(tzinfo=DHAKA)).astimezone(UTC)
