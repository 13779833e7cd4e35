"""Run `probe tcp`, `probe http` and so on: one service checked as by the daemon, for every registered kind."""

import json
from collections.abc import Mapping
from inspect import Parameter, Signature
from pathlib import Path
from typing import Annotated, Any, Literal, get_origin

import typer
from pydantic import ValidationError
from pydantic.fields import FieldInfo
from typer.core import TyperCommand
from typer.main import get_command

from monitor.cli.errors import BAD_INPUT, NO, Failure
from monitor.cli.language import _, digits, lang, term
from monitor.cli.numbers import decimal, whole
from monitor.cli.options import AsJson
from monitor.domain import reasons
from monitor.domain.hiding import hide, secrets_in
from monitor.domain.message import N_, message, said_by
from monitor.i18n.catalogue import tr
from monitor.i18n.reasons import reason_text
from monitor.i18n.terms import VERDICTS
from monitor.net.deadline import Deadline
from monitor.probes.checks.base import CheckKind, Outcome
from monitor.probes.checks.checks import CHECKS, outcome_of
from monitor.settings.key_docs import key_docstrings, span, types
from monitor.settings.of_kind import Kinds
from monitor.settings.services_section import ServiceCheck
from monitor.settings.validate import described

DETAILS: Mapping[str, str] = {
    "status": N_("status {value}"),
    "certificate_expires": N_("certificate expires {value}"),
    "server": N_("server {value}"),
    "answers": N_("answers {value}"),
    "rcode": "rcode {value}",
    "banner": N_("greeting {value}"),
    "starttls": "STARTTLS {value}",
}
"""The details that a check gives beside its verdict."""
OFFERS: Mapping[str, str] = {"offered": N_("offered"), "not offered": N_("not offered")}

Timeout = Annotated[float, decimal(least=0.1, most=60, says="How long an answer may take, in seconds.")]


def command_of(name: str) -> TyperCommand:
    """Return the command of a registered kind: its argument, and an option for each key that its ``by_hand`` names."""
    kind = CHECKS[name]
    by_hand = kind.by_hand

    def check(target: str, timeout: float, as_json: bool, **typed: Any) -> None:
        for key, value in typed.items():
            if isinstance(value, Path) and not value.is_file():
                said = message(
                    "{option}: {path} is not a file. Expected the path of one", option=_flag(key), path=value
                )
                raise Failure(said, BAD_INPUT)
        options = {key: not value if key in by_hand.unless else value for key, value in typed.items()}
        try:
            entry = by_hand.entry(target, options)
        except ValueError as error:
            raise Failure(said_by(error), BAD_INPUT) from None
        _check(target, {"kind": name, **entry}, timeout, as_json)

    parameters = _parameters(kind)
    check.__signature__ = Signature(parameters)  # type: ignore[attr-defined]
    check.__annotations__ = {each.name: each.annotation for each in parameters}
    check.__doc__ = by_hand.does
    alone = typer.Typer(add_completion=False, context_settings={"help_option_names": ["-h", "--help"]})
    alone.command(name)(check)
    found = get_command(alone)
    assert isinstance(found, TyperCommand)
    return found


def _parameters(kind: CheckKind[Any]) -> list[Parameter]:
    by_hand, fields, said = kind.by_hand, kind.settings.model_fields, key_docstrings(kind.settings)
    argument = typer.Argument(metavar=by_hand.target, help=by_hand.target_says or None)
    made = [_keyword("target", Annotated[str, argument])]
    for key, says in by_hand.options.items():
        option = _option(fields[key], _flag(key), says or said[key])
        made.append(_keyword(key, option, fields[key].default))
    for key, (flag, says) in by_hand.unless.items():
        made.append(_keyword(key, Annotated[bool, typer.Option(flag, help=says)], False))
    return [*made, _keyword("timeout", Timeout, by_hand.timeout_s), _keyword("as_json", AsJson, False)]


def _keyword(name: str, annotation: Any, default: Any = Parameter.empty) -> Parameter:
    return Parameter(name, Parameter.KEYWORD_ONLY, default=default, annotation=annotation)


def _flag(key: str) -> str:
    return f"--{key.replace('_', '-')}"


def _option(field: FieldInfo, flag: str, says: str) -> Any:
    """Return typer's option for a key.

    Numbers with their span, yes or no, paths, and texts, which the settings validate.

    Raises TypeError for a key that nobody could type.
    """
    (kind, *_) = types(field)
    if kind in {int, float}:
        if (limits := span(field)) is None:
            raise TypeError(f"{flag} has no least or no greatest number. Expected a key with both")
        if kind is int:
            return Annotated[int | None, whole(flag, least=int(limits[0]), most=int(limits[1]), says=says)]
        return Annotated[float | None, decimal(flag, least=limits[0], most=limits[1], says=says)]
    made = typer.Option(flag, help=says)
    if kind is bool and field.default is False:
        return Annotated[bool, made]
    if kind is Path:
        return Annotated[Path | None, made]
    if kind is str or get_origin(kind) is Literal:
        return Annotated[str, made]
    raise TypeError(f"{flag} cannot be typed. Expected a number, a text, a path, or false that becomes true")


def _check(target: str, entry: dict[str, Any], timeout_s: float, as_json: bool) -> None:
    wanted = _wanted(entry)
    outcome = outcome_of(wanted, Deadline.after(timeout_s))
    shown = hide(target, secrets_in(target)) if "://" in target else target
    _print(shown, wanted.kind, outcome, as_json)
    if outcome.verdict != "ok" or outcome.poor:
        raise typer.Exit(NO)


def _wanted(entry: dict[str, Any]) -> ServiceCheck:
    models: Kinds = {ServiceCheck: {name: kind.settings for name, kind in CHECKS.items()}}
    try:
        return ServiceCheck.model_validate(entry, context=models)
    except ValidationError as error:
        fault = error.errors()[0]
        where = ".".join(map(str, fault["loc"]))
        said = message("{key:>: }{fault}", key=where, fault=described(dict(fault)))
        raise Failure(said, BAD_INPUT) from None


def _print(target: str, kind: str, outcome: Outcome, as_json: bool) -> None:
    took_ms = None if outcome.took_ns is None else round(outcome.took_ns / 1e6, 3)
    verdict, why = str(outcome.verdict), outcome.own_fault or outcome.reason
    reason, poor = reason_text(why, "en"), reason_text(outcome.poor, "en")
    facts: dict[str, object] = {"target": target, "probe": kind, "verdict": verdict, "rtt_ms": took_ms}
    facts |= {
        "reason": reason,
        "reason_code": reasons.as_json(why),
        "poor": poor,
        "poor_code": reasons.as_json(outcome.poor),
    }
    facts |= outcome.details
    if as_json:
        print(json.dumps(facts, ensure_ascii=False))
        return
    seen = reason_text(why or outcome.poor, lang())
    parts = [] if took_ms is None else [_("{length} ms", length=digits(f"{took_ms:.1f}"))]
    parts += [_detail(name, value) for name, value in outcome.details.items()]
    print(f"{target}: {term(VERDICTS, verdict)}{f' ({seen})' if seen else ''}{'; ' if parts else ''}{', '.join(parts)}")


def _detail(name: str, value: object) -> str:
    """Return a detail of a check in words; a time of one is a text in ISO 8601."""
    text = DETAILS.get(name, name.replace("_", " ") + " {value}")
    return tr(lang(), text, value=term(OFFERS, value) if isinstance(value, str) else value)
