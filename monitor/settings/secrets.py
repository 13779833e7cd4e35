"""Secrets come from files, one secret a file, and never show themselves in what is printed."""

import os
import stat
from pathlib import Path

MOST_BYTES = 1_024


class SecretError(Exception):
    """A secret cannot be had; the message names the file and says what was expected."""


class Secret:
    """A secret that only `reveal` shows: logs, tracebacks and errors print three stars."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def reveal(self) -> str:
        """The secret itself, for whoever sends it."""
        return self._value

    def __repr__(self) -> str:
        return "***"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and other._value == self._value

    def __hash__(self) -> int:
        return hash(self._value)


def secret_path(home: Path, file: Path) -> Path:
    """Where the secret is that the configuration names: among systemd's credentials for this service if there is one of
    that name, else counted from ``home``.
    """
    given = os.environ.get("CREDENTIALS_DIRECTORY")
    if given and len(file.parts) == 1 and (Path(given) / file).is_file():
        return Path(given) / file
    return home / file


def read_secret(file: Path) -> Secret:
    """The first line of ``file``; raises SecretError."""
    try:
        with file.open(encoding="utf-8") as lines:
            value = lines.read(MOST_BYTES).partition("\n")[0].rstrip("\r")
    except OSError as error:
        raise SecretError(f"{file}: cannot be read: {error.strerror}. Expected a file that holds the secret") from None
    except UnicodeDecodeError:
        raise SecretError(f"{file}: is no text. Expected a file whose first line is the secret") from None
    if not value:
        raise SecretError(f"{file}: its first line is empty. Expected the secret there")
    return Secret(value)


def is_open_to_others(file: Path) -> bool:
    """Whether somebody else on this machine may read it. Systemd guards its credentials otherwise than by the mode."""
    given = os.environ.get("CREDENTIALS_DIRECTORY")
    if given and file.parent == Path(given):
        return False
    return bool(file.stat().st_mode & (stat.S_IRGRP | stat.S_IROTH))
