"""docs/doctor.md is what the declarations say."""

import re

import typer.main

from monitor.cli.app import app
from monitor.cli.command_help import with_all_below
from monitor.doctor.checks import CHECKS, KINDS
from monitor.doctor.reference import page
from tests.places import DOCS

NOT_TYPED = re.compile(r"(systemctl [a-z -]+|-u |User=|systemd/60-)upazila-monitor")
"""The name of the unit and of its user."""


def test_the_page_is_current() -> None:
    assert (DOCS / "doctor.md").read_text(encoding="utf-8") == page(), "run scripts/docs"


def test_the_page_has_every_finding() -> None:
    said = page()
    assert [code for code in KINDS if f"`{code}`" not in said] == []


def test_every_command_that_a_mend_names_is_there() -> None:
    commands = {" ".join(words) for words, _ in with_all_below(typer.main.get_command(app)) if words}
    for check in CHECKS.values():
        for kind in check.kinds:
            for line in NOT_TYPED.sub("", kind.mend).split("upazila-monitor ")[1:]:
                words = re.split(r"[ ,;]+", line)
                assert words[0] in commands or " ".join(words[:2]) in commands, (kind.code, words)
