"""Run `probe icmp`: one probe by hand, with the daemon's own engine."""

import gc
import json
import sys
from collections.abc import Iterator, Sequence
from contextlib import suppress
from itertools import repeat
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.core import TyperGroup

from monitor.cli.console import console
from monitor.cli.errors import BAD_INPUT, CANNOT, INTERRUPTED, NO, Failure
from monitor.cli.language import _, digits, lang, render, term
from monitor.cli.numbers import decimal, whole
from monitor.cli.options import AsJson
from monitor.cli.snmp import snmp
from monitor.cli.trace import trace
from monitor.domain.message import Message, Said, message, said_by
from monitor.domain.reasons import as_json
from monitor.domain.sample import milliseconds
from monitor.domain.text import ascii_digits
from monitor.i18n.reasons import reason_text
from monitor.i18n.terms import VERDICTS
from monitor.plain_file import LIST_BYTES, PlainFileError, read_bounded

if TYPE_CHECKING:
    from monitor.cli.documents import SummaryDocument
    from monitor.domain.sample import Sample
    from monitor.probes.base import Target
    from monitor.probes.icmp.engine import IcmpProbe


class _Probes(TyperGroup):
    """The commands below, and one for every registered kind of check; those are imported when they are asked for."""

    def list_commands(self, ctx: Any) -> list[str]:
        from monitor.probes.checks.checks import CHECKS

        return [*super().list_commands(ctx), *CHECKS]

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        if (own := super().get_command(ctx, cmd_name)) is not None:
            return own
        from monitor.cli.services import command_of
        from monitor.probes.checks.checks import CHECKS

        return command_of(cmd_name) if cmd_name in CHECKS else None


app = typer.Typer(cls=_Probes, help="Send one probe by hand, as the daemon does.", no_args_is_help=True)

FEW = 50
FIRST_HOST, FIRST_MULTICAST = bytes([1, 0, 0, 0]), bytes([224, 0, 0, 0])


app.command()(trace)
app.command()(snmp)


@app.command()
def icmp(
    targets: Annotated[list[str] | None, typer.Argument(help="IPv4 or IPv6 addresses.", show_default=False)] = None,
    file: Annotated[Path | None, typer.Option("--file", "-f", help="One address a line; # begins a comment.")] = None,
    count: Annotated[int, whole("--count", "-c", least=1, most=1_000, says="Echoes to each target.")] = 3,
    rate: Annotated[
        int, whole(least=0, most=1_000_000, says="Echoes a second in all; 0: as fast as possible.")
    ] = 5_000,
    interval: Annotated[float, decimal(least=0.0, most=60, says="Seconds between a target's echoes.")] = 0.5,
    timeout: Annotated[float, decimal(least=0.01, most=60, says="Seconds after which an answer is too late.")] = 1.5,
    socket: Annotated[str, typer.Option(help="auto, ping or raw.")] = "auto",
    as_json: AsJson = False,
) -> None:
    """Ping addresses; exit code 0 if every one answers, 1 if one does not."""
    import asyncio

    from monitor.domain.clock import SystemClock
    from monitor.probes.icmp.engine import IcmpOptions, IcmpProbe
    from monitor.probes.icmp.sockets import NoSocket

    if socket not in {"auto", "ping", "raw"}:
        raise Failure(message("--socket: found '{found}'. Expected auto, ping or raw", found=socket), BAD_INPUT)
    gc.disable()  # all that one round makes lives to its end: to look for garbage in it would cost a tenth of the time
    wanted = _targets(targets or [], file)
    options = IcmpOptions(count, interval, timeout, rate, socket)  # type: ignore[arg-type]  # one of the three
    prober = IcmpProbe(SystemClock(), options)
    try:
        samples, interrupted = asyncio.run(_run(prober, wanted))
    except NoSocket as error:
        raise Failure(said_by(error), CANNOT) from None
    all_ok = _print(wanted, samples, prober, as_json)
    if interrupted:
        raise typer.Exit(INTERRUPTED)
    if not all_ok:
        raise typer.Exit(NO)


async def _run(prober: "IcmpProbe", wanted: "list[Target]") -> "tuple[list[Sample], bool]":
    """Return the samples, and whether Ctrl-C cut them short: what has come until then still counts."""
    import asyncio
    import signal

    interrupted = asyncio.Event()

    def interrupt() -> None:
        interrupted.set()
        prober.end_rounds()

    asyncio.get_running_loop().add_signal_handler(signal.SIGINT, interrupt)
    prober.open()
    try:
        return [sample async for samples in prober.run(wanted) for sample in samples], interrupted.is_set()
    finally:
        prober.close()


def _targets(given: list[str], file: Path | None) -> "list[Target]":
    """Return the addresses of the command line and of the file; ends the command with every fault in them."""
    faults: list[Message] = []
    found = [target for text in given if (target := _target(text, faults, message("argument")))]
    if file is not None:
        try:
            lines = ascii_digits(read_bounded(file, LIST_BYTES).decode("utf-8-sig")).splitlines()
        except PlainFileError as error:
            said = message("{file}: {why}. Expected an address a line", file=file, why=said_by(error))
            raise Failure(said, BAD_INPUT) from None
        except UnicodeDecodeError:
            said = message("{file}: is no text in UTF-8. Expected an address a line", file=file)
            raise Failure(said, BAD_INPUT) from None
        found += _targets_of(file, lines, faults)
    if faults:
        raise Failure("\n".join(map(render, faults)), BAD_INPUT)
    if not found:
        raise Failure(message("nothing to probe. Expected an address, or --file with some"), BAD_INPUT)
    return found


def _targets_of(file: Path, lines: list[str], faults: list[Message]) -> "Iterator[Target]":
    """Yield the addresses of a file; plain IPv4 addresses, a line each, take a fast path."""
    from socket import AF_INET, inet_pton

    from monitor.probes.base import Target

    with suppress(OSError, ValueError):  # ValueError: none at all
        addresses = list(map(inet_pton, repeat(AF_INET), lines))
        if min(addresses) >= FIRST_HOST and max(addresses) < FIRST_MULTICAST:
            yield from map(Target, lines, addresses)
            return
    for number, line in enumerate(lines, 1):
        text = line.partition("#")[0].strip()
        if text and (target := _target(text, faults, f"{file}:{number}")):
            yield target


def _target(text: str, faults: list[Message], where: Said) -> "Target | None":
    from ipaddress import ip_address

    from monitor.probes.base import Target

    text = ascii_digits(text)
    try:
        address = ip_address(text)
    except ValueError:
        faults.append(
            message("{where}: '{found}' is not an address. Expected an IPv4 or IPv6 address", where=where, found=text)
        )
        return None
    if address.is_multicast or address.is_unspecified or text == "255.255.255.255":
        faults.append(message("{where}: {found} is no host. Expected the address of one host", where=where, found=text))
        return None
    return Target.of(text, address)


def _print(wanted: "list[Target]", samples: "list[Sample]", prober: "IcmpProbe", as_json: bool) -> bool:
    """Print table or JSON, and the summary; return whether every sample is ok."""
    summary = _summary(samples, prober)
    all_ok = summary["ok"] == len(samples)
    if as_json or len(samples) <= FEW or not all_ok:
        order = {target.device: index for index, target in enumerate(wanted)}
        samples.sort(key=lambda sample: order[sample.device])
    if as_json:
        sys.stdout.write('{"targets": [\n')
        sys.stdout.writelines(_json_lines(samples))
        sys.stdout.write(f'], "summary": {json.dumps(summary)}}}\n')
        return all_ok
    shown = samples if len(samples) <= FEW else [sample for sample in samples if sample.verdict != "ok"][:FEW]
    if shown:
        _print_table(shown)
    figures = {"ok": summary["ok"], "all": len(samples), "failed": summary["failed"], "unknown": summary["unknown"]}
    print(_("{ok} of {all} answered; {failed} did not; {unknown} unknown.", **figures))
    return all_ok


def _print_table(shown: "list[Sample]") -> None:
    from monitor.cli.listing import Listing

    reason = _("Reason")
    rtt = _("RTT min/median/max")
    table = Listing(_("Target"), _("Verdict"), _("Sent"), _("Answered"), _("Loss"), rtt, reason, prose={reason})
    for sample in shown:
        rtts = sorted(sample.rtts_ns)
        shown_rtts = (rtts[0], rtts[len(rtts) // 2], rtts[-1]) if rtts else ()
        table.add_row(
            sample.device,
            term(VERDICTS, sample.verdict),
            digits(sample.sent),
            digits(sample.received),
            digits(f"{sample.loss:.0%}"),
            _("{length} ms", length=digits(" / ".join(milliseconds(rtt / 1e6, 3) for rtt in shown_rtts)))
            if rtts
            else "",
            reason_text(sample.reason, lang()),
        )
    console().print(table)


def _json_lines(samples: "Sequence[Sample]") -> "Iterator[str]":
    """Yield an object a line, formatted by hand: the general encoder costs more than the probe itself."""
    quoted, last = json.dumps, len(samples) - 1
    for place, sample in enumerate(samples):
        rtts = [rtt / 1e6 for rtt in sample.rtts_ns]
        if rtts:
            ordered = sorted(rtts)
            median = ordered[len(ordered) // 2]
            rtt_ms = f'{{"min": {ordered[0]!r}, "median": {median!r}, "max": {ordered[-1]!r}}}'
        else:
            rtt_ms = "null"
        yield (
            f'{{"target": {quoted(sample.device)}, "verdict": "{sample.verdict}", "sent": {sample.sent}, '
            f'"received": {sample.received}, "loss": {round(sample.loss, 6)!r}, "rtt_ms": {rtt_ms}, '
            f'"rtts_ms": {rtts!r}, "reason": {quoted(reason_text(sample.reason, "en"))}, '
            f'"reason_code": {quoted(as_json(sample.reason))}}}{"," if place < last else ""}\n'
        )


def _summary(samples: "list[Sample]", prober: "IcmpProbe") -> "SummaryDocument":
    from monitor.domain.sample import Verdict

    verdicts = [sample.verdict for sample in samples]
    ok, failed = verdicts.count(Verdict.OK), verdicts.count(Verdict.FAILED)
    counters = prober.counters
    return {
        "ok": ok,
        "failed": failed,
        "unknown": len(verdicts) - ok - failed,
        "echoes_sent": counters.sent,
        "replies_accepted": counters.accepted,
        "rejected": counters.rejected(),
        "errors": {reason_text(each, "en"): count for each, count in counters.errors_by_reason.items()},
        "refused": dict(counters.refused_by_errno),
        "dropped": counters.dropped,
    }
