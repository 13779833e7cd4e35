"""The rules of Prometheus' alerts with what they say in Bangla, from English alone. Pure."""

import re
import textwrap
from collections.abc import Iterator
from pathlib import Path

import yaml

from monitor.i18n.languages import SOURCE, languages, lookup

ENGLISH = Path(__file__).with_name("alerts.yml")
RULES = Path(__file__).parents[1] / "prometheus" / "rules" / "alerts.yml"
SAID = ("summary", "description")
WHERE = "runbook_url"
WIDTH = 120
HEAD = "# Written by scripts/dashboards from dashboards/generator/alerts.yml. Texts in English and in Bangla (…_bn).\n"


def texts(source: str) -> Iterator[str]:
    """What the alerts say in English, to be translated."""
    for group in yaml.safe_load(source)["groups"]:
        for rule in group["rules"]:
            annotations = rule.get("annotations", {})
            yield from (annotations[name] for name in SAID if name in annotations)


def with_languages(source: str) -> str:
    """The rules with each annotation in every other language behind the English one; comments and all else stay."""
    lines = iter(source.splitlines())
    made: list[str] = []
    waiting: tuple[str, str, list[str]] | None = None
    for line in lines:
        begins = re.match(r"( *)(\w+):", line)
        if waiting and begins and len(begins[1]) <= len(waiting[0]):
            made += _translated(*waiting)
            waiting = None
        made.append(line)
        if begins and begins[2] == WHERE:
            made += _runbooks(line)
        elif begins and begins[2] in SAID:
            waiting = (begins[1], begins[2], [line])
        elif waiting:
            waiting[2].append(line)
    return HEAD + "\n".join(made) + "\n"


def _translated(indent: str, name: str, lines: list[str]) -> Iterator[str]:
    english = yaml.safe_load("\n".join(lines))[name]
    for lang in languages():
        if lang == SOURCE:
            continue
        words = lookup(lang, english).replace("{{ $labels.name_en }}", f"{{{{ $labels.name_{lang} }}}}")
        if name == "summary":
            yield f'{indent}{name}_{lang}: "{words}"'
        else:
            yield f"{indent}{name}_{lang}: >-"
            inner = f"{indent}  "
            yield from textwrap.wrap(words, WIDTH, initial_indent=inner, subsequent_indent=inner)


def _runbooks(line: str) -> Iterator[str]:
    """The line of where help stands, once for every other language: its pages lie in a folder of its own."""
    for lang in languages():
        if lang != SOURCE:
            yield line.replace(f"{WHERE}:", f"{WHERE}_{lang}:").replace("/runbook.md#", f"/{lang}/runbook.md#")


def rules() -> dict[Path, str]:
    """The file of rules: where it lies, and its text."""
    return {RULES: with_languages(ENGLISH.read_text(encoding="utf-8"))}
