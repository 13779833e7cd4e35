"""Read secrets from files, one secret a file; they never show in what is printed."""

import codecs
import grp
import os
import pwd
import re
import stat
from os.path import isfile
from pathlib import Path

from monitor.domain.message import message, said_by, said_by_system
from monitor.domain.text import has_controls
from monitor.plain_file import PlainFileError, open_plain

MOST_CHARACTERS = 1_024


class SecretError(Exception):
    """A secret cannot be read; the message names the file and says what was expected."""


class Secret:
    """A secret that only `reveal` shows: logs, tracebacks and errors print three stars."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def reveal(self) -> str:
        """Return the secret itself, for sending it."""
        return self._value

    def __repr__(self) -> str:
        return "***"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and other._value == self._value

    def __hash__(self) -> int:
        return hash(self._value)


def secret_path(home: Path, file: Path) -> Path:
    """Return the file of a secret that the configuration names.

    Among systemd's credentials for this service if there is one of that name, else relative to ``home``.
    """
    given = os.environ.get("CREDENTIALS_DIRECTORY")
    if given and len(file.parts) == 1 and isfile(Path(given) / file):
        return Path(given) / file
    return home / file


def read_secret(file: Path, name: str = "") -> Secret:
    """Return the first line of ``file``, which errors call by ``name``; raises SecretError."""
    name = name or str(file)
    expected = message("Expected a file whose first line is the secret")
    try:
        with open_plain(file) as opened:
            written = opened.read(4 * (MOST_CHARACTERS + 2))
    except PlainFileError as error:
        raise SecretError(
            message("{name}: {error}. {expected}", name=name, error=said_by(error), expected=expected)
        ) from None
    except OSError as error:
        raise SecretError(
            message(
                "{name}: cannot be read: {fault}. {expected}", name=name, fault=said_by_system(error), expected=expected
            )
        ) from None
    try:
        value = re.split("\r\n|\r|\n", codecs.getincrementaldecoder("utf-8-sig")().decode(written), maxsplit=1)[0]
    except UnicodeDecodeError:
        raise SecretError(message("{name}: is no text. {expected}", name=name, expected=expected)) from None
    if not value:
        raise SecretError(message("{name}: its first line is empty. Expected the secret there", name=name))
    if len(value) > MOST_CHARACTERS:
        raise SecretError(
            message(
                "{name}: its first line is too long. Expected a secret of at most {most_characters:,} characters",
                name=name,
                most_characters=MOST_CHARACTERS,
            )
        )
    if value != value.strip() or has_controls(value):
        raise SecretError(
            message("{name}: its first line has blanks around it, or invisible characters. Expected none", name=name)
        )
    return Secret(value)


def is_open_to_others(file: Path) -> bool:
    """Return whether somebody else on this machine may read it. Systemd protects its credentials without the mode."""
    given = os.environ.get("CREDENTIALS_DIRECTORY")
    if given and file.parent == Path(given):
        return False
    found = file.stat()
    return bool(found.st_mode & stat.S_IROTH or (found.st_mode & stat.S_IRGRP and not _is_private(found.st_gid)))


def closed_mode(file: Path) -> str:
    """Return a mode that closes it to others, but not to the group, by which root lets a service read it."""
    found = file.stat()
    of_another = _is_private(found.st_gid) and all(
        user.pw_gid != found.st_gid for user in pwd.getpwall() if user.pw_uid == found.st_uid
    )
    return "640" if of_another else "600"


def _is_private(gid: int) -> bool:
    """Return whether a group is one user's alone, as that of a service is."""
    try:
        members = set(grp.getgrgid(gid).gr_mem)
    except KeyError:
        return False
    return len(members | {user.pw_name for user in pwd.getpwall() if user.pw_gid == gid}) <= 1
