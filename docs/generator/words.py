"""Extracts every text that is shown, and keeps the catalogues in line with them: scripts/words [--check | --fill FILE].

Without an argument each monitor.po gets what is new (untranslated) and loses what nobody says any more. ``--check``
changes nothing and fails on an entry that is untranslated, fuzzy, unused, unextracted, or whose gaps differ. ``--fill``
takes translations from a JSON file: {"English": "translation", "one thing": ["translation of one", "of many"]}; a
context stands before its text, with \\u0004 between them.
"""

import argparse
import json
import sys
from collections.abc import Iterator, Sequence
from io import BytesIO
from pathlib import Path
from string import Formatter
from typing import Any

import typer.main
from babel.messages import Catalog
from babel.messages.catalog import Message
from babel.messages.extract import extract_from_file
from babel.messages.pofile import read_po, write_po
from typer import Context
from typer.core import TyperGroup

from dashboards.generator import alerts
from monitor.i18n.languages import LOCALES, SOURCE, languages

ROOT = Path(__file__).parents[2]
KEYWORDS = {
    "_": None,
    "n_": (1, 2),
    "N_": None,
    "NN_": (1, 2),
    "NP_": ((1, "c"), 2),
    "message": (1,),
    "messages": (1, 2),
    "tr": (2,),
    "trn": (2, 3),
    "trp": ((2, "c"), 3),
}
PATTERNS = (
    ("monitor/**/*.py", "python"),
    ("monitor/**/*.j2", "jinja2.ext.babel_extract"),
    ("dashboards/generator/*.py", "python"),
)
CONTEXT = "\4"  # stands between a context and its text, as in gettext's own files
PLURAL = {"bn": "nplurals=2; plural=(n > 1);"}  # Babel's own rule for Bangla is wrong


def extracted() -> Catalog:
    """Every text of the program, its templates, dashboards and alerts, and the help of its commands."""
    found = Catalog(charset="utf-8")
    for pattern, method in PATTERNS:
        for path in sorted(ROOT.glob(pattern)):
            name = str(path.relative_to(ROOT))
            for line, text, _, context in extract_from_file(method, path, keywords=KEYWORDS):
                found.add(text, locations=[(name, line)], context=context)
    for text in alerts.texts(alerts.ENGLISH.read_text(encoding="utf-8")):
        found.add(text, locations=[(str(alerts.ENGLISH.relative_to(ROOT)), 0)])
    for text in sorted(set(_help())):
        found.add(text, locations=[("monitor/cli", 0)])
    return found


def _help() -> Iterator[str]:
    """The help of every command, option and argument."""
    from monitor.cli.app import app
    from monitor.cli.command_help import unwrapped

    waiting: list[Any] = [typer.main.get_command(app)]
    while waiting:
        command = waiting.pop()
        yield from filter(None, (unwrapped(command.help or ""), command.epilog))
        yield from filter(None, (getattr(each, "help", None) for each in command.params))
        if isinstance(command, TyperGroup):  # some of its commands are made when they are asked for
            context = Context(command)
            waiting += (command.get_command(context, name) for name in command.list_commands(context))


def path_of(lang: str) -> Path:
    """The catalogue of a language."""
    return LOCALES / lang / "LC_MESSAGES" / "monitor.po"


def read(lang: str) -> Catalog:
    """The catalogue of a language as it is stored, entries that are no longer used among its obsolete ones."""
    with path_of(lang).open("rb") as file:
        return read_po(file, locale=lang)


def updated(known: Catalog, wanted: Catalog, lang: str) -> Catalog:
    """The entries that are wanted, in their order, with the translations that are known."""
    made = Catalog(lang, project="upazila-monitor", charset="utf-8", fuzzy=False)
    made.header_comment = f"# The words of upazila-monitor: {lang}. See CONTRIBUTING.md."
    for entry in wanted:
        if entry.id:
            before = known.get(entry.id[0] if entry.pluralizable else entry.id, context=entry.context)
            same_shape = before is not None and before.pluralizable == entry.pluralizable
            text = before.string if before is not None and same_shape else None
            files = sorted({name for name, _ in entry.locations})
            made.add(entry.id, text, [(name, 0) for name in files], context=entry.context)
    return made


def text_of(lang: str, catalogue: Catalog) -> str:
    """The file of a catalogue, without dates and line numbers, which only make differences."""
    buffer = BytesIO()
    write_po(buffer, catalogue, width=110, omit_header=True, include_lineno=False)
    plural = PLURAL.get(lang, f"nplurals={catalogue.num_plurals}; plural={catalogue.plural_expr};")
    head = (
        f"{catalogue.header_comment}\n"
        'msgid ""\nmsgstr ""\n"Project-Id-Version: upazila-monitor\\n"\n'
        f'"Language: {lang}\\n"\n"Plural-Forms: {plural}\\n"\n'
        '"MIME-Version: 1.0\\n"\n"Content-Type: text/plain; charset=utf-8\\n"\n"Content-Transfer-Encoding: 8bit\\n"\n\n'
    )
    return head + buffer.getvalue().decode()


def faults(lang: str, known: Catalog, wanted: Catalog) -> Iterator[str]:
    """What is wrong with the catalogue of a language, in sentences that name the entry."""
    there = {_key(entry): entry for entry in known if entry.id}
    needed = {_key(entry): entry for entry in wanted if entry.id}
    for key in needed.keys() - there.keys():
        yield f"{lang}: not extracted into the catalogue (run scripts/words): {key[0]!r}"
    for key in there.keys() - needed.keys():
        yield f"{lang}: nobody says this any more (run scripts/words): {key[0]!r}"
    for key in there.keys() & needed.keys():
        yield from _faults_of(lang, there[key])


def _key(entry: Message) -> tuple[tuple[str, ...], str | None]:
    return tuple(_several(entry.id)), entry.context


def _faults_of(lang: str, entry: Message) -> Iterator[str]:
    texts = _several(entry.string)
    if entry.fuzzy:
        yield f"{lang}: fuzzy: {entry.id!r}"
    if not texts or not all(texts):
        yield f"{lang}: not translated: {entry.id!r}"
        return
    wanted = set[str]().union(*map(gaps, _several(entry.id)))
    for text in texts:
        try:
            found = gaps(text)
        except ValueError as error:
            yield f"{lang}: {error} in the translation of {entry.id!r}"
            continue
        if found != wanted and not (entry.pluralizable and found | {"count"} == wanted | {"count"}):
            yield f"{lang}: gaps {sorted(found)} and not {sorted(wanted)}: {entry.id!r}"


def gaps(text: str) -> set[str]:
    """The names of the gaps of a text; raises ValueError where a brace stands alone."""
    try:
        return {name for _, name, _, _ in Formatter().parse(text) if name is not None}
    except ValueError:
        if "{" in text.replace("{{", "") and ":" not in text and "=" not in text:
            raise
        return set()  # a text that is shown as it stands, such as one that quotes TOML


def fill(known: Catalog, translations: dict[str, str | list[str]]) -> list[str]:
    """Put translations into a catalogue; returns the English texts that it does not have."""
    unknown = []
    for key, translation in translations.items():
        context, _, text = key.rpartition(CONTEXT)
        entries = [
            entry
            for entry in known
            if entry.id and _key(entry)[0][0] == text and (not context or entry.context == context)
        ]
        for entry in entries:
            entry.string = tuple(_forms(translation)) if entry.pluralizable else translation
        if not entries:
            unknown.append(key)
    return unknown


def _forms(translation: str | list[str]) -> list[str]:
    """The plural forms; a single text is both of them."""
    return [translation, translation] if isinstance(translation, str) else translation


def main() -> int:
    """Runs scripts/words."""
    parser = argparse.ArgumentParser(prog="scripts/words", description=__doc__)
    parser.add_argument("--check", action="store_true", help="change nothing, fail on every fault")
    parser.add_argument("--fill", type=Path, metavar="FILE", help="take translations from this JSON file")
    parser.add_argument("--lang", default="bn", help="the language of --fill")
    parser.add_argument("--missing", action="store_true", help="print what is not translated, as JSON to be filled in")
    wished = parser.parse_args()
    wanted, wrong = extracted(), list[str]()
    for lang in languages():
        if lang == SOURCE:
            continue
        known = read(lang)
        if wished.check:
            wrong += faults(lang, known, wanted)
            continue
        made = updated(known, wanted, lang)
        if wished.fill and lang == wished.lang:
            for text in fill(made, json.loads(wished.fill.read_text(encoding="utf-8"))):
                print(f"nobody says: {text!r}", file=sys.stderr)
        path_of(lang).write_text(text_of(lang, made), encoding="utf-8")
        if wished.missing:
            print(json.dumps(dict(_missing(made)), ensure_ascii=False, indent=1))
    print(*sorted(wrong), sep="\n", end="\n" if wrong else "", file=sys.stderr)
    return 1 if wrong else 0


def _missing(known: Catalog) -> Iterator[tuple[str, str | list[str]]]:
    for entry in known:
        if entry.id and not all(_several(entry.string)):
            key = f"{entry.context}{CONTEXT}" if entry.context else ""
            yield key + _several(entry.id)[0], ["", ""] if entry.pluralizable else ""


def _several(texts: str | Sequence[str] | None) -> list[str]:
    """The texts of an entry, which is one or has one for each plural form."""
    return [texts or ""] if texts is None or isinstance(texts, str) else list(texts)


if __name__ == "__main__":
    sys.exit(main())
