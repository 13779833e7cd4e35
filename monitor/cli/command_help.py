"""Put the help of all commands, and what typer itself says, into the language of the run.

typer's parser has no catalogue: its sentences are recognised by their English text and said in ours; one that is not
known is shown as it is.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from copy import copy
from functools import cache, partial
from inspect import cleandoc
from typing import Any

import typer
from typer.core import TyperGroup

from monitor.cli.errors import BAD_INPUT, Failure
from monitor.cli.examples import examples_of
from monitor.cli.language import _, is_known, lang
from monitor.domain.message import N_, message
from monitor.i18n.catalogue import tr
from monitor.i18n.languages import languages

PANELS = {
    "ARGUMENTS_PANEL_TITLE": N_("Arguments"),
    "OPTIONS_PANEL_TITLE": N_("Options"),
    "COMMANDS_PANEL_TITLE": N_("Commands"),
    "ERRORS_PANEL_TITLE": N_("Error"),
    "DEFAULT_STRING": N_("[default: {}]"),
    "ENVVAR_STRING": N_("[env var: {}]"),
    "REQUIRED_LONG_STRING": N_("[required]"),
    "RICH_HELP": N_("Try '{command_path} {help_option}' for help."),
}
"""Texts of `typer.rich_utils`, by the constant that holds each; read when help is asked for, as it imports rich."""

METAVARS = {"options_metavar": N_("[OPTIONS]"), "subcommand_metavar": N_("COMMAND [ARGS]...")}

TYPES = {
    "<bool>": "",
    "<str>": N_("<text>"),
    "<list[str]>": N_("<text>"),
    "<path>": N_("<path>"),
    "<file>": N_("<file>"),
    "<int>": N_("<number>"),
    "<float>": N_("<number>"),
}
"""What a value is, as typer writes it and as we do; a flag takes none."""

SAID = (
    N_("Missing argument {name}."),
    N_("Missing option {name}."),
    N_("Invalid value for {name}: {what}"),
    N_("No such option: {name} (Possible options: {names})"),
    N_("No such option: {name}"),
    N_("Option {name} requires an argument."),
    N_("Option {name} does not take a value."),
    N_("Got unexpected extra argument(s) ({words})"),
    N_("Missing command."),
    N_("No such command {name}. Did you mean {names}?"),
    N_("No such command {name}."),
)
"""What typer's parser says, the longer sentence before its beginning."""


def prepare(command: Any) -> None:
    """Put the help of ``command`` and of all below it into the run's language; each takes the general --lang too."""
    general = copy(next(option for option in command.params if option.name == "lang"))
    general.expose_value, general.callback = False, _refuse_unknown
    for words, each in with_all_below(command):
        _prepare_one(each, general)
        if examples := examples_of(words):
            each.epilog = "\n\n".join([_("Examples:"), *examples])  # typer shows one paragraph a line


def _prepare_one(command: Any, general: Any) -> None:
    if not any("--lang" in option.opts for option in command.params):
        command.params.append(copy(general))
    for name in ("help", "short_help", "epilog"):
        if text := getattr(command, name, None):
            setattr(command, name, tr(lang(), unwrapped(text)))
    for name, text in METAVARS.items():
        if getattr(command, name, None):
            setattr(command, name, tr(lang(), text))
    for option in command.params:
        _translate(option)
    command.get_usage = partial(_usage, command.get_usage)
    command.format_help = partial(_format_help, command.format_help)
    command.get_help_option = partial(_help_option, command.get_help_option)
    if isinstance(command, TyperGroup):
        made_later = partial(_made_later, command.get_command, command.commands, general)
        command.get_command = made_later  # type: ignore[method-assign]


def _made_later(original: Callable[..., Any], known: Mapping[str, Any], general: Any, ctx: Any, cmd_name: str) -> Any:
    """Return a command of a group, which may make it only now."""
    found = original(ctx, cmd_name)
    if found is not None and cmd_name not in known:
        _prepare_one(found, general)
    return found


def show_error(error: typer.TyperException) -> None:
    """Print what is wrong with the words that were typed, as typer does."""
    from typer import rich_utils

    _set_panels()
    said = in_language(error.format_message())
    error.format_message = lambda: said  # type: ignore[method-assign]
    rich_utils.rich_format_error(error)  # type: ignore[arg-type] # it is one of its own


def in_language(english: str) -> str:
    """Return one of typer's sentences in the language of the run."""
    for text in SAID:
        if found := _shape(text).fullmatch(english):
            return tr(lang(), text, **found.groupdict())
    return english


def unwrapped(text: str) -> str:
    """Return a docstring with each of its paragraphs in one line, as the catalogue has it."""
    return "\n\n".join(" ".join(each.split()) for each in cleandoc(text).split("\n\n"))


@cache
def _shape(text: str) -> re.Pattern[str]:
    """Return what matches ``text`` whatever stands in its gaps."""
    return re.compile(re.sub(r"\\{(\w+)\\}", r"(?P<\1>.+)", re.escape(text)), re.DOTALL)


def _refuse_unknown(_context: object, _option: object, found: str) -> None:
    if found and not is_known(found):
        raise Failure(unknown_language(found), BAD_INPUT)


def unknown_language(found: str) -> Any:
    """Return what is said when a language is asked for that does not exist."""
    known = ", ".join(languages())
    return message("--lang: no language '{found}'. Expected one of: {known}", found=found, known=known)


def with_all_below(command: Any, words: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Yield each command with the words that lead to it, ``command`` itself first."""
    yield words, command
    for name, below in getattr(command, "commands", {}).items():
        yield from with_all_below(below, (*words, name))


def _translate(option: Any) -> None:
    if text := getattr(option, "help", None):
        option.help = tr(lang(), text)
    option.display_type_rich = partial(_type_shown, option.display_type_rich)


def _type_shown(original: Callable[..., str | None], ctx: Any) -> str | None:
    shown = original(ctx=ctx)
    return tr(lang(), TYPES[shown]) if shown in TYPES else shown


def _usage(original: Callable[..., str], ctx: Any) -> str:
    return _("Usage: {words}", words=original(ctx).removeprefix("Usage: "))


def _help_option(original: Callable[..., Any], ctx: Any) -> Any:
    option = original(ctx)
    if option is not None and option.help == N_("Show this message and exit."):
        _translate(option)
    return option


def _format_help(original: Callable[..., None], ctx: Any, formatter: Any) -> None:
    _set_panels()
    original(ctx, formatter)


def _set_panels() -> None:
    from typer import rich_utils

    from monitor.cli.columns import fit_rich

    fit_rich()
    for name, text in PANELS.items():
        setattr(rich_utils, name, tr(lang(), text))
