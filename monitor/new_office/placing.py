"""Put an office's new configuration in place: checked as a whole first, and nothing that was there is lost."""

import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path, PurePosixPath

from monitor.configuration import load
from monitor.durable import own_like_folder, write_durably
from monitor.settings.problems import ConfigError, Problem

SECRET_MODE = 0o600
FOLDER_MODE = 0o700


def check(texts: Mapping[str, str], areas: bytes | None) -> None:
    """Load the texts as a configuration, in a folder that is gone afterwards, and holds no secret if we are killed.

    Raises ConfigError, whose problems name the files without that folder.
    """
    with tempfile.TemporaryDirectory(prefix="new-office-") as home:
        folder = Path(home) / "config"
        folder.mkdir()
        _write(folder, texts, areas)
        try:
            load(folder)
        except ConfigError as error:
            raise ConfigError(
                Problem(each.file.removeprefix(f"{folder}/"), each.line, each.key, each.message)
                for each in error.problems
            ) from None


def in_the_way(folder: Path, secrets: Mapping[PurePosixPath, str]) -> list[Path]:
    """Return what is there already: files of the configuration, and secrets."""
    names = [*folder.glob("*.toml"), *folder.glob("*.json")] if folder.is_dir() else []
    return sorted(names) + sorted(path for each in secrets if (path := _home(folder) / each).exists())


def place(
    folder: Path,
    texts: Mapping[str, str],
    areas: bytes | None,
    secrets: Mapping[PurePosixPath, str],
    aside: str,
) -> list[Path]:
    """Write everything, secrets first; return what was there before, each moved to its name with ``aside`` behind it.

    Raises OSError; what was written until then stays, and nothing of before is lost.
    """
    moved = []
    for path in in_the_way(folder, secrets):
        kept = path.with_name(f"{path.name}.{aside}")
        kept.touch(mode=0o600)  # before there is anything in it: it may be a secret
        shutil.copy2(path, kept)
        moved.append(kept)
    for each, secret in secrets.items():
        _write_secret(_home(folder) / each, secret)
    if not folder.is_dir():
        folder.mkdir(parents=True)
        own_like_folder(folder)
    _write(folder, texts, areas)
    return moved


def _home(folder: Path) -> Path:
    return folder.absolute().parent


def _write(folder: Path, texts: Mapping[str, str], areas: bytes | None) -> None:
    for name, text in texts.items():
        write_durably(folder / name, text.encode())
    if areas is not None:
        write_durably(folder / "areas.json", areas)


def _write_secret(path: Path, secret: str) -> None:
    if not path.parent.is_dir():
        path.parent.mkdir(mode=FOLDER_MODE, parents=True)
        own_like_folder(path.parent)
    write_durably(path, f"{secret}\n".encode(), SECRET_MODE)
