"""How commands fail: with words for people and a documented exit code."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from monitor.settings.load import Settings
    from monitor.store.session import Store

NO, BAD_INPUT, CANNOT, INTERRUPTED = 1, 2, 3, 130


class Failure(Exception):
    """Ends a command with ``code`` after its message was printed."""

    def __init__(self, message: str, code: int) -> None:
        super().__init__(message)
        self.code = code


def settings_of(directory: Path) -> "Settings":
    """The configuration; ends the command with every fault in it."""
    from monitor.settings.load import load
    from monitor.settings.problems import ConfigError

    try:
        return load(directory)
    except ConfigError as error:
        count = len(error.problems)
        raise Failure(f"{error}\n{count} error{'s'[: count != 1]}; nothing was started.", BAD_INPUT) from None


@contextmanager
def store_of(settings: "Settings") -> "Iterator[Store]":
    """The database of a daemon that has run at least once; ends the command when it refuses."""
    from sqlalchemy.exc import DatabaseError

    from monitor.store.errors import NoDatabase, StoreError
    from monitor.store.session import existing_store

    try:
        store = existing_store(settings.state)
    except NoDatabase as error:
        raise Failure(str(error), BAD_INPUT) from None
    except StoreError as error:
        raise Failure(str(error), CANNOT) from None
    try:
        yield store
    except DatabaseError as error:
        raise Failure(f"{store.path} refuses: {error.orig}. Try again", CANNOT) from None
    finally:
        store.close()
