"""Write docs/commands.md and docs/man/upazila-monitor.1 from the command line's own help."""

import sys
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path
from typing import Any

import typer.main

from monitor.cli.app import app
from monitor.cli.command_help import with_all_below
from monitor.cli.examples import examples_of

PROGRAM = "upazila-monitor"
ABOUT = "monitor an upazila's links, digital centres and labs, and hold each outage against the Citizen's Charter"


def options_of(command: Any) -> Iterator[tuple[str, str]]:
    """What may stand behind a command: how it is typed, and what it means."""
    for option in command.params:
        if getattr(option, "hidden", False) or option.name in {"install_completion", "show_completion"}:
            continue
        text = " ".join((getattr(option, "help", None) or "").split())
        if option.param_type_name == "argument":
            yield (option.metavar or option.name).strip("{}[]"), text
        else:
            value = "" if option.is_flag else f" {option.metavar or option.name.upper()}"
            yield ", ".join([*option.opts, *option.secondary_opts]) + value, text


def markdown() -> str:
    """All commands as one page."""
    lines = [
        "# All commands",
        "",
        "As `--help` says them; each takes `--lang bn` or `--lang en` too. Made from the code by `scripts/docs`.",
        "",
    ]
    for words, command in with_all_below(typer.main.get_command(app)):
        if words and getattr(command, "hidden", False):
            continue
        lines += [f"## `{' '.join([PROGRAM, *words])}`" if words else "## What all commands take", ""]
        lines += [
            paragraph for part in (command.help or "").split("\n\n") for paragraph in (" ".join(part.split()), "")
        ]
        if found := list(options_of(command)):
            lines += ["| typed | meaning |", "|---|---|"]
            lines += [f"| `{typed}` | {text.replace('|', chr(92) + '|')} |" for typed, text in found] + [""]
        if examples := examples_of(words):
            lines += ["```sh", *examples, "```", ""]
    return "\n".join(lines).rstrip() + "\n"


def manual() -> str:
    """The same as a page for man(1)."""
    lines = [
        f'.TH UPAZILA\\-MONITOR 1 "" "{PROGRAM} {version(PROGRAM)}" "User commands"',
        ".SH NAME",
        f"{_roff(PROGRAM)} \\- {_roff(ABOUT)}",
        ".SH SYNOPSIS",
        f".B {_roff(PROGRAM)}",
        "[\\-\\-config DIR] [\\-\\-lang LANG] COMMAND ...",
        ".SH DESCRIPTION",
        "Every command answers in Bangla or English. Exit codes: 0 done, 1 no, 2 bad input, 3 cannot.",
    ]
    for words, command in with_all_below(typer.main.get_command(app)):
        lines += [
            f".SH {_roff(' '.join(words).upper())}" if words else ".SH OPTIONS",
            _roff(" ".join((command.help or "").split())),
        ]
        for typed, text in options_of(command):
            lines += [".TP", f".B {_roff(typed)}", _roff(text)]
        if examples := examples_of(words):
            lines += [".PP", "Examples:", ".PP", ".nf", *map(_roff, examples), ".fi"]
    return "\n".join(line for line in lines if line) + "\n"


def _roff(text: str) -> str:
    escaped = text.replace("\\", "\\e").replace("-", "\\-")
    return f"\\&{escaped}" if escaped.startswith((".", "'")) else escaped


if __name__ == "__main__":
    folder = Path(sys.argv[1])
    (folder / "commands.md").write_text(markdown(), encoding="utf-8")
    (folder / "man").mkdir(exist_ok=True)
    (folder / "man" / f"{PROGRAM}.1").write_text(manual(), encoding="utf-8")
