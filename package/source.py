"""The source that packages are made of: the files that git knows, and the time of the last commit."""

import os
import re
import shutil
import subprocess
import tomllib
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[1]
EPOCH = "SOURCE_DATE_EPOCH"


@dataclass(frozen=True)
class Release:
    """A version that is out, and where git has it."""

    version: str
    commit: str


RELEASED = Release(**tomllib.loads((Path(__file__).parent / "released.toml").read_text(encoding="utf-8")))
"""The last release, from which upgrades are tried."""
_VERSION = re.compile(r'^version = "[^"]*"$', re.MULTILINE)


def export(folder: Path, version: str | None = None) -> Path:
    """Copy what git knows of the checkout, as it stands, to ``folder``; ``version`` replaces the project's own."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, check=True, capture_output=True, text=True)
    for name in filter(None, listed.stdout.split("\0")):
        source, target = ROOT / name, folder / name
        if not source.is_file():  # deleted, and not committed yet
            continue
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source, target)
        target.chmod(0o755 if os.access(source, os.X_OK) else 0o644)
    if version is not None:
        project = folder / "pyproject.toml"
        project.write_text(_VERSION.sub(f'version = "{version}"', project.read_text(encoding="utf-8"), count=1))
    return folder


def at_commit(commit: str, folder: Path) -> Path:
    """Lay out what git holds at a commit in ``folder``; raises CalledProcessError in a checkout without its history."""
    folder.mkdir(parents=True)
    packed = subprocess.run(["git", "archive", "--format=tar", commit], cwd=ROOT, check=True, capture_output=True)
    subprocess.run(["tar", "-x", "-C", str(folder)], input=packed.stdout, check=True)
    return folder


def version_of(source: Path) -> str:
    """Return the project's version."""
    found: str = tomllib.loads((source / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
    return found


def epoch() -> int:
    """Return the time that every file in the packages bears, in seconds: SOURCE_DATE_EPOCH, else the last commit's."""
    said = os.environ.get(EPOCH)
    if said is not None:
        return int(said)
    asked = subprocess.run(["git", "log", "-1", "--format=%ct"], cwd=ROOT, check=True, capture_output=True, text=True)
    return int(asked.stdout)
