"""Templates are compiled once for all starts, and anew as soon as anything has changed that they are made of."""

import sys
from pathlib import Path
from typing import Any

import pytest
from jinja2 import Environment, FileSystemLoader
from jinja2.environment import Template

from monitor.web.console.template_cache import TemplateCache

SOURCE = "  {% if true %}\nHello {{ name }}\n{% endif %}\n"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    (tmp_path / "hello.html.j2").write_text(SOURCE)
    return tmp_path


def started(folder: Path, *, trimmed: bool = False) -> tuple[Template, list[str]]:
    """What a start makes of the template, and what it had to compile for it."""
    compiled = list[str]()

    class Compiling(Environment):
        def compile(self, source: Any, name: Any = None, *rest: Any, **words: Any) -> Any:
            compiled.append(str(name))
            return super().compile(source, name, *rest, **words)

    cache = TemplateCache(folder, trimmed)
    around = Compiling(
        loader=FileSystemLoader(folder), bytecode_cache=cache, trim_blocks=trimmed, lstrip_blocks=trimmed
    )
    return around.get_template("hello.html.j2"), compiled


def said(template: Template) -> str:
    return template.render(name="Bheramara")


def test_the_first_start_compiles_and_the_next_one_does_not(folder: Path) -> None:
    first, compiled = started(folder)
    again, nothing = started(folder)
    assert said(first) == said(again)
    assert (compiled, nothing) == (["hello.html.j2"], [])


def test_a_changed_template_is_compiled_anew(folder: Path) -> None:
    started(folder)
    (folder / "hello.html.j2").write_text(SOURCE.replace("Hello", "Good morning"))
    changed, compiled = started(folder)
    assert "Good morning Bheramara" in said(changed)
    assert compiled


def test_other_options_are_compiled_anew(folder: Path) -> None:
    started(folder)
    trimmed, compiled = started(folder, trimmed=True)
    assert said(trimmed) == "Hello Bheramara\n"
    assert compiled


@pytest.mark.parametrize("rest", [b"", b"j2", b"no bytecode at all", bytes(200)])
def test_a_file_that_is_not_whole_is_compiled_anew_and_replaced(folder: Path, rest: bytes) -> None:
    started(folder)
    (kept,) = (folder / "__pycache__").iterdir()
    whole = kept.read_bytes()
    for left in (rest, whole[:30], whole[:100], whole[:-10]):
        kept.write_bytes(left)
        template, compiled = started(folder)
        assert "Hello Bheramara" in said(template)
        assert compiled
    assert kept.read_bytes() == whole
    assert list((folder / "__pycache__").iterdir()) == [kept]


def test_who_may_not_write_compiles_for_itself(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / "__pycache__").write_text("in the way, as a folder that cannot be written to")
    assert "Hello Bheramara" in said(started(folder)[0])
    (folder / "__pycache__").unlink()
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    assert "Hello Bheramara" in said(started(folder)[0])
    assert not (folder / "__pycache__").exists()
