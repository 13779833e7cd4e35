"""docs/doctor.md is what the declarations say."""

import typer.main

from monitor.cli.app import app
from monitor.cli.command_help import with_all_below
from monitor.doctor.checks import CHECKS, KINDS
from monitor.doctor.reference import page
from tests.places import DOCS


def test_the_page_is_current() -> None:
    assert (DOCS / "doctor.md").read_text(encoding="utf-8") == page(), "run scripts/docs"


def test_the_page_has_every_finding() -> None:
    said = page()
    assert [code for code in KINDS if f"`{code}`" not in said] == []


def test_every_command_that_a_mend_names_is_there() -> None:
    commands = {" ".join(words) for words, _ in with_all_below(typer.main.get_command(app)) if words}
    for check in CHECKS.values():
        for kind in check.kinds:
            for line in kind.mend.split("upazila-monitor ")[1:]:
                words = line.replace(",", " ").replace(";", " ").split()
                is_unit = kind.mend.partition(f"upazila-monitor {line}")[0].endswith(
                    ("systemctl start ", "-u ", "cat ")
                )
                assert is_unit or words[0] in commands or " ".join(words[:2]) in commands, (kind.code, words)
