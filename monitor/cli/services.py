"""`probe tcp`, `probe http`, `probe dns`: one service checked as the daemon would check it."""

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from monitor.cli.errors import BAD_INPUT, NO, Failure
from monitor.cli.numbers import decimal, whole
from monitor.cli.options import AsJson
from monitor.domain.text import ascii_digits

if TYPE_CHECKING:
    from monitor.probes.checks.base import Outcome
    from monitor.settings.services_section import ServiceCheck

Timeout = Annotated[float, decimal(least=0.1, most=60, says="How long an answer may take, in seconds.")]


def tcp(
    target: Annotated[str, typer.Argument(metavar="HOST:PORT", help="IPv6 as [ADDRESS]:PORT.")],
    timeout: Timeout = 5.0,
    as_json: AsJson = False,
) -> None:
    """Opens a TCP connection and says how long that took."""
    host, _, port = ascii_digits(target).rpartition(":")
    if not host or not re.fullmatch("[0-9]{1,19}", port) or host.startswith("[") != host.endswith("]"):
        raise Failure(f"'{target}' is no host and port. Expected HOST:PORT, for IPv6 [ADDRESS]:PORT", BAD_INPUT)
    _check(target, {"kind": "tcp", "host": host.strip("[]"), "port": int(port)}, timeout, as_json)


def http(
    url: Annotated[str, typer.Argument(metavar="URL")],
    status: Annotated[
        int | None, whole(least=100, most=599, says="The status that is expected; any from 200 to 399, if left out.")
    ] = None,
    body: Annotated[str, typer.Option(help="What the page must say.")] = "",
    certificate_days: Annotated[
        int, whole(least=0, most=365, says="Warn when the certificate expires sooner, in days.")
    ] = 14,
    ca_file: Annotated[Path | None, typer.Option(help="The authority of the server's certificate.")] = None,
    insecure: Annotated[bool, typer.Option("--insecure", help="Believe any certificate.")] = False,
    timeout: Timeout = 10.0,
    as_json: AsJson = False,
) -> None:
    """Gets a page: its status, what it says, how long its certificate is good for."""
    if ca_file is not None and not ca_file.is_file():
        raise Failure(f"--ca-file: {ca_file} is not a file. Expected certificates in PEM", BAD_INPUT)
    wanted = {"kind": "http", "url": url, "status": status, "body": body, "certificate_days": certificate_days}
    _check(url, {**wanted, "ca_file": ca_file, "verify": not insecure}, timeout, as_json)


def dns(
    name: Annotated[str, typer.Argument(help="The name that is asked for.")],
    type_: Annotated[str, typer.Option("--type", help="A, AAAA, CNAME, MX, NS, PTR, SOA, SRV or TXT.")] = "A",
    server: Annotated[str, typer.Option(help="ADDRESS[:PORT] of the server; this machine's, if left out.")] = "",
    expect: Annotated[str, typer.Option(help="A record that must be among the answers.")] = "",
    timeout: Timeout = 5.0,
    as_json: AsJson = False,
) -> None:
    """Asks a name server for a name."""
    where: dict[str, Any] = {"server": server}
    server = ascii_digits(server)
    if server.count(":") == 1 or "]:" in server:
        host, _, port = server.rpartition(":")
        where = {"server": host, "port": int(port) if re.fullmatch("[0-9]{1,19}", port) else port}
    where["server"] = where["server"].strip("[]")
    _check(name, {"kind": "dns", "name": name, "type": type_.upper(), "expect": expect, **where}, timeout, as_json)


def _check(target: str, entry: dict[str, Any], timeout_s: float, as_json: bool) -> None:
    from monitor.net.deadline import Deadline
    from monitor.probes.checks.checks import outcome_of

    wanted = _wanted(entry)
    outcome = outcome_of(wanted, Deadline.after(timeout_s))
    _print(target, wanted.kind, outcome, as_json)
    if outcome.verdict != "ok" or outcome.poor:
        raise typer.Exit(NO)


def _wanted(entry: dict[str, Any]) -> "ServiceCheck":
    from pydantic import ValidationError

    from monitor.probes.checks.checks import CHECKS
    from monitor.settings.services_section import ServiceCheck
    from monitor.settings.validate import in_words

    models = {name: kind.settings for name, kind in CHECKS.items()}
    try:
        return ServiceCheck.model_validate(entry, context={ServiceCheck: models})
    except ValidationError as error:
        fault = error.errors()[0]
        where = ".".join(map(str, fault["loc"]))
        raise Failure(f"{where}: {in_words(dict(fault))}" if where else in_words(dict(fault)), BAD_INPUT) from None


def _print(target: str, kind: str, outcome: "Outcome", as_json: bool) -> None:
    took_ms = None if outcome.took_ns is None else round(outcome.took_ns / 1e6, 3)
    verdict, reason = str(outcome.verdict), outcome.own_fault or outcome.reason
    facts: dict[str, Any] = {"target": target, "probe": kind, "verdict": verdict, "rtt_ms": took_ms}
    facts |= {"reason": reason, "poor": outcome.poor, **outcome.details}
    if as_json:
        print(json.dumps(facts, ensure_ascii=False))
        return
    words = [f"{name.replace('_', ' ')} {_shown(value)}" for name, value in outcome.details.items()]
    took = [] if took_ms is None else [f"{took_ms:.1f} ms"]
    print(f"{target}: {verdict}{f' ({reason or outcome.poor})' * bool(reason or outcome.poor)}", end="")
    print(f"; {', '.join([*took, *words])}" if took or words else "")


def _shown(value: object) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)
