"""Read files that people name, and append to them: only plain ones, never waiting, never more than was allowed."""

import os
import stat
from pathlib import Path
from typing import BinaryIO

from monitor.domain.message import Message, message, said_by_system

CONFIG_BYTES = 64 * 1024 * 1024  # sites.toml of 20,000 sites has about 5 MB
LIST_BYTES = 64 * 1024 * 1024  # a spreadsheet, a list of addresses
PEM_BYTES = 8 * 1024 * 1024  # a whole system's authorities have about 250 kB


class PlainFileError(Exception):
    """A file cannot be read; the message says why, without its name: a path may be a secret in the wrong place."""


def read_bounded(file: Path, most_bytes: int) -> bytes:
    """Read ``file``, of at most ``most_bytes``; raises PlainFileError. Never waits, as for a pipe's writer."""
    with open_plain(file, most_bytes) as opened:
        try:
            found = opened.read(most_bytes + 1)
        except OSError as error:
            raise PlainFileError(message("cannot be read: {fault}", fault=said_by_system(error))) from None
    if found is None:  # some files of the kernel would make us wait
        raise PlainFileError(message("cannot be read without waiting"))
    if len(found) > most_bytes:
        raise PlainFileError(_too_large(most_bytes))
    return found


def open_plain(file: Path, most_bytes: int | None = None) -> BinaryIO:
    """Open ``file`` for reading if it is a plain one (of at most ``most_bytes``); raises PlainFileError.

    It is examined before it is opened: opening a device may have effects.
    """
    try:
        _check(os.stat(file), most_bytes)
        opened = open(file, "rb", opener=_without_waiting)  # noqa: SIM115  # who called closes it
    except OSError as error:
        raise PlainFileError(message("cannot be read: {fault}", fault=said_by_system(error))) from None
    except ValueError:  # a NUL in the path
        raise PlainFileError(message("cannot be read: its path has a character that no path can have")) from None
    try:
        _check(os.fstat(opened.fileno()), most_bytes)
    except PlainFileError:
        opened.close()
        raise
    return opened


def append(file: Path, content: bytes) -> None:
    """Append ``content`` to ``file``, made where there is none; raises PlainFileError, OSError.

    Never waits, as for a pipe's reader.
    """
    if fault := kind_fault(file):
        raise PlainFileError(fault)
    with open(file, "ab", opener=_without_waiting) as opened:
        _check(os.fstat(opened.fileno()), None)
        opened.write(content)


def kind_fault(file: Path) -> str:
    """Return why ``file`` is no plain file, without its name; '' if it is one, or there is none.

    For files that a library opens, which would wait for a pipe's writer, or read a device for ever.
    """
    try:
        _check(os.stat(file), None)
    except (OSError, ValueError):
        return ""  # reported by the caller that opens it
    except PlainFileError as error:
        return str(error)
    return ""


def _check(found: os.stat_result, most_bytes: int | None) -> None:
    if stat.S_ISDIR(found.st_mode):
        raise PlainFileError(message("is a folder"))
    if not stat.S_ISREG(found.st_mode):
        raise PlainFileError(message("is no plain file, but a pipe, a socket or a device"))
    if most_bytes is not None and found.st_size > most_bytes:
        raise PlainFileError(_too_large(most_bytes))


def _too_large(most_bytes: int) -> Message:
    return message("is too large: more than {most:,} bytes", most=most_bytes)


def _without_waiting(file: str, flags: int) -> int:
    return os.open(file, flags | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC)
