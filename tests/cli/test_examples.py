"""The examples of `--help`: each is a command that the parser takes, and stands in the help of its command."""

import shlex
import subprocess

import pytest
import typer.main
from typer.core import TyperGroup

from monitor.cli.app import app
from monitor.cli.command_help import with_all_below
from monitor.cli.examples import EXAMPLES, PROGRAM, examples_of
from tests.lab.daemon import program

COMMANDS = {" ".join(words): command for words, command in with_all_below(typer.main.get_command(app))}
LINES = [(name, line) for name in EXAMPLES for line in examples_of(name.split())]


@pytest.mark.parametrize(("name", "line"), LINES, ids=[line for _, line in LINES])
def test_an_example_is_taken_by_the_parser(name: str, line: str) -> None:
    words = shlex.split(line)
    assert words.pop(0) == PROGRAM
    while words[0].startswith("--"):  # of all commands: each has a value
        words = words[2:]
    path = name.split()
    assert words[: len(path)] == path
    command = COMMANDS[name]
    with command.make_context(name, words[len(path) :], resilient_parsing=False) as context:
        assert context.args == []


def test_every_command_has_an_example() -> None:
    groups = {
        name for name, each in COMMANDS.items() if isinstance(each, TyperGroup) and not each.invoke_without_command
    }
    assert set(COMMANDS) - groups == set(EXAMPLES)


@pytest.mark.parametrize(("lang", "heading"), [("en", "Examples:"), ("bn", "উদাহরণ:")])
def test_help_shows_the_examples_in_the_readers_language(lang: str, heading: str) -> None:
    done = subprocess.run(
        [program(), "--lang", lang, "outages", "--help"],
        capture_output=True,
        encoding="utf-8",
        env={"COLUMNS": "120", "NO_COLOR": "1", "LANG": "C.UTF-8"},
    )
    assert heading in done.stdout
    assert "upazila-monitor outages --open\n" in "\n".join(line.strip() for line in done.stdout.splitlines()) + "\n"
