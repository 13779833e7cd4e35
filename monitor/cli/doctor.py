"""Run `doctor`: examine the installation, and name for each finding what mends it."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from monitor.cli.console import console, print_json, say
from monitor.cli.errors import BAD_INPUT, NO, Failure, installation_of, seen_by_this_run
from monitor.cli.language import _, n_, render, term
from monitor.cli.options import AsJson
from monitor.domain.message import Message, message

if TYPE_CHECKING:
    from monitor.cli.listing import Listing
    from monitor.doctor.check import Place
    from monitor.doctor.finding import Examined
    from monitor.settings.installation import Installation

PATH = "/api/v1/doctor"
STYLES = {"ok": "green", "info": "blue", "warning": "yellow", "error": "bold red"}


def doctor(
    context: typer.Context,
    only: Annotated[
        list[str] | None,
        typer.Option(
            "--only", metavar="CHECK", help="This check alone; may be given several times.", show_default=False
        ),
    ] = None,
    offline: Annotated[bool, typer.Option("--offline", help="Leave out what asks other machines.")] = False,
    as_json: AsJson = False,
) -> None:
    """Examine the installation; each finding comes with what mends it. Nothing is changed, and no mail is sent.

    Exit code 0: nothing is wrong; 1: there are warnings; 2: there are errors, or the configuration is wrong.
    """
    from monitor.doctor.document import document
    from monitor.doctor.finding import Level, worst

    names = _chosen(only or [], offline)
    place = _place(seen_by_this_run(installation_of(context.obj)))
    examined = _examined(place, names)
    if as_json:
        daemon = place.daemon is not None and place.daemon.lives
        print_json(document(examined, place.clock.utc(), place.running, daemon=daemon))
    else:
        console().print(_listing(examined))
        _sum_up(examined)
    level = worst(finding for each in examined for finding in each.findings)
    if level in {Level.WARNING, Level.ERROR}:
        raise typer.Exit(NO if level is Level.WARNING else BAD_INPUT)


def examine(installation: "Installation", *, offline: bool) -> "list[Examined]":
    """Examine everything; ``offline``: but what asks other machines."""
    return _examined(_place(installation), _chosen((), offline))


def _chosen(only: Sequence[str], offline: bool) -> list[str]:
    """Return the names of the checks that are wanted, in their order; ends the command when one is unknown."""
    from monitor.doctor.check import Pace
    from monitor.doctor.checks import CHECKS
    from monitor.settings.problems import one_of

    for word in only:
        if word not in CHECKS:
            said = message("--only: found '{text}'.{hint: }", text=word, hint=one_of(CHECKS, word))
            raise Failure(said, BAD_INPUT)
    wanted = [name for name in CHECKS if not only or name in only]
    left = [name for name in wanted if not (offline and CHECKS[name].pace is Pace.OUTSIDE)]
    if not left:
        raise Failure(
            message("nothing is left to examine: each of these asks other machines, without --offline"), BAD_INPUT
        )
    return left


def _place(installation: "Installation") -> "Place":
    from importlib.metadata import version

    from monitor.alerts.cases.entered import Entered
    from monitor.doctor.check import Place
    from monitor.domain.clock import SystemClock
    from monitor.settings import in_force

    daemon, offices = in_force.read(installation.host.state), Entered().offices(installation)
    return Place(installation, offices, SystemClock(), daemon, running=version("upazila-monitor"))


def _examined(place: "Place", names: Sequence[str]) -> "list[Examined]":
    """Examine, all at the same time; what holds for one process alone is asked of the daemon that runs."""
    from dataclasses import replace

    from monitor.cli.status import answered
    from monitor.doctor.checks import CHECKS
    from monitor.doctor.document import examined_of
    from monitor.net.pool import Pool
    from monitor.settings.in_force import SOCKET

    said = answered(f"http://localhost{PATH}", place.settings.state / SOCKET)
    of_daemon: dict[str, Examined] = {}
    if isinstance(said, dict) and "checks" in said:
        of_daemon = {name: each for name, each in examined_of(said).items() if CHECKS[name].of_process}
        place = replace(place, running=str(said.get("version", "")))
    own = [name for name in names if name not in of_daemon]
    threads = Pool("doctor", threads=max(len(own), 1))
    under_way = {name: threads.submit(CHECKS[name].examine, place) for name in own}
    return [of_daemon[name] if name in of_daemon else under_way[name].result() for name in names]


def _listing(examined: "Sequence[Examined]") -> "Listing":
    from rich.text import Text

    from monitor.cli.listing import Listing
    from monitor.doctor.checks import CHECKS
    from monitor.doctor.finding import LEVELS

    what = _("What was found, and what mends it")
    table = Listing(_("Result"), _("Check"), what, prose={what})
    for each in examined:
        for finding in each.findings:
            level = finding.kind.level.value
            said = Text(render(finding.text))
            if finding.kind.mend:
                said.append(f"\n→ {render(finding.mend)}", style="bold")
            title = render(Message(CHECKS[each.check].title))
            table.add_row(Text(term(LEVELS, level), style=STYLES[level]), title, said)
    return table


def _sum_up(examined: "Sequence[Examined]") -> None:
    from monitor.doctor.finding import Level

    levels = [finding.kind.level for each in examined for finding in each.findings]
    errors, warnings = levels.count(Level.ERROR), levels.count(Level.WARNING)
    if not errors + warnings:
        say(_("Nothing is wrong."))
        return
    say(n_("{count} error", "{count} errors", errors) + ", " + n_("{count} warning", "{count} warnings", warnings))
