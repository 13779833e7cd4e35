"""Add a place to offices.toml, and an office's own folder: only what differs from the national base.

The whole configuration is checked with it first, in a folder that is gone afterwards; then the office's folder is put
in place as a whole, and offices.toml is replaced.
"""

import json
import os
import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from monitor.configuration import load_installation
from monitor.durable import own_like_folder, write_durably
from monitor.settings.offices_file import FOLDER, OFFICES, NodeKind
from monitor.settings.problems import ConfigError, Problem
from monitor.settings.sites_file import an_id

FOLDER_MODE = 0o750
CHARTER = """\
# What this office says itself. Everything else (services, stages, officers above it) holds as config/charter.toml has
# it; a key that is written here as well holds instead. `upazila-monitor --office {id} charter` shows the result.
[office]
name_bn = {name_bn}
name_en = {name_en}
ticket_prefix = {prefix}
officers_confirmed = false      # true when the officers of this office, with their addresses, are its own

[officers.responsible]
name_bn = ""
phone = ""
email = ""                      # where notices go; until then letters are written to files
"""
SITES = """\
# The places and links of this office; ids are its own, and need not differ from other offices'. A parent that stands
# in another office is written OFFICE.SITE.
[sites.office]
kind = "office"
name_bn = {name_bn}
name_en = {name_en}
address = {address}

# What unions are called on pages, by the word by which sites name them:
# [unions.sadar]
# name_bn = "…"
# name_en = "…"
"""
OPTIONS = {
    "kind": "--kind",
    "parent": "--under",
    "name_bn": "--name-bn",
    "name_en": "--name-en",
    "ticket_prefix": "--prefix",
    "address": "--address",
}
"""By which option each key is typed."""


@dataclass(frozen=True)
class NewPlace:
    """What is typed about a place. ``prefix`` and ``address``: of an office alone; '' for what lies above offices."""

    id: str
    kind: NodeKind
    parent: str
    name_bn: str
    name_en: str
    prefix: str = ""
    address: str = ""

    def __post_init__(self) -> None:
        """Refuse what is no id, which would lead out of the folder of the offices; raises ValueError in words."""
        an_id(self.id)

    @property
    def node_text(self) -> str:
        """Return its part of offices.toml."""
        pairs = {"kind": self.kind, "parent": self.parent, "name_bn": self.name_bn, "name_en": self.name_en}
        return "".join([f"\n[offices.{self.id}]\n", *(f"{key} = {_text(value)}\n" for key, value in pairs.items())])

    @property
    def files(self) -> Mapping[str, str]:
        """Return the texts of an office's own files, by name."""
        names = {"name_bn": _text(self.name_bn), "name_en": _text(self.name_en)}
        charter = CHARTER.format(id=self.id, prefix=_text(self.prefix), **names)
        return {"charter.toml": charter, "sites.toml": SITES.format(address=_text(self.address), **names)}


def add(directory: Path, place: NewPlace) -> None:
    """Add a place to the installation in ``directory``.

    Raises ConfigError, whose problems name the option of what was typed, and elsewhere the files as they are;
    FileExistsError where the office has a folder already; OSError.
    """
    tree = (directory / OFFICES).read_text(encoding="utf-8").rstrip("\n") + "\n" + place.node_text
    folder = directory / FOLDER / place.id
    if place.kind == "upazila" and folder.exists():
        raise FileExistsError(str(folder))
    _check(directory, place, tree)
    if place.kind == "upazila":
        folder.parent.mkdir(mode=FOLDER_MODE, exist_ok=True)
        _write(made := folder.with_name(f".{place.id}"), place)
        made.rename(folder)
    try:
        write_durably(directory / OFFICES, tree.encode())
    except OSError:
        if place.kind == "upazila":
            shutil.rmtree(folder, ignore_errors=True)
        raise


def _check(directory: Path, place: NewPlace, tree: str) -> None:
    with tempfile.TemporaryDirectory(prefix="another-office-") as home:
        copy = Path(home) / directory.name
        # Links: no secret that stands in a file is left in a folder of ours if we are killed.
        shutil.copytree(directory.absolute(), copy, copy_function=os.symlink)
        (copy / OFFICES).unlink(missing_ok=True)
        (copy / OFFICES).write_text(tree, encoding="utf-8")
        if place.kind == "upazila":
            _write(copy / FOLDER / place.id, place)
        try:
            load_installation(copy)
        except ConfigError as error:
            raise ConfigError(
                _as_typed(replace(each, file=each.file.replace(str(copy), str(directory), 1)), directory, place)
                for each in error.problems
            ) from None


def _as_typed(problem: Problem, directory: Path, place: NewPlace) -> Problem:
    """Return a fault of a line that is in no file yet as one of the option by which it was typed."""
    file = Path(problem.file)
    is_new = file.parent == directory / FOLDER / place.id
    if file == directory / OFFICES:
        is_new = problem.line > (directory / OFFICES).read_text(encoding="utf-8").count("\n")
    if not is_new:
        return problem
    option = OPTIONS.get(problem.key.rpartition(".")[2])
    return Problem(option, 0, "", problem.message) if option else replace(problem, line=0)


def _write(folder: Path, place: NewPlace) -> None:
    shutil.rmtree(folder, ignore_errors=True)  # of one that was cut off
    folder.mkdir(mode=FOLDER_MODE, parents=True)
    own_like_folder(folder)
    for name, text in place.files.items():
        write_durably(folder / name, text.encode())


def _text(value: str) -> str:
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
