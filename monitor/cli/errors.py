"""Define how commands fail: with a message for people and a documented exit code."""

import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from monitor.cli.language import _, lang, n_, render
from monitor.domain.message import Said, message, said_by

if TYPE_CHECKING:
    from monitor.settings.installation import Installation
    from monitor.settings.load import Settings
    from monitor.store.database import Store

NO, BAD_INPUT, CANNOT, INTERRUPTED, READER_GONE = 1, 2, 3, 130, 141
_office = ""


class Failure(Exception):
    """End the command with ``code`` after printing a message."""

    def __init__(self, said: Said, code: int) -> None:
        super().__init__(said)
        self.said, self.code = said, code

    @property
    def first(self) -> str:
        """Return the first line of its message, in the language of this run."""
        return render(self.said).partition("\n")[0]


class NoneYet(Failure):
    """There is no database yet: no daemon has ever run."""


def choose_office(office: str) -> None:
    """Set the office that this process is about; '' for the installation as a whole."""
    global _office  # noqa: PLW0603 - a process has one command line
    _office = office


def office_named() -> str:
    """Return the office of --office; '' for the installation as a whole."""
    return _office


def installation_of(
    directory: Path,
    sources: dict[str, bytes] | None = None,
    read: "Callable[[Path, dict[str, bytes]], Installation] | None" = None,
) -> "Installation":
    """Return the installation on disk, with its files' texts in ``sources``.

    ``read``: what loads it, in place of `configuration.load_installation`. Ends the command with every fault in it.
    """
    from monitor.configuration import load_installation
    from monitor.settings.problems import ConfigError

    try:
        return (read or load_installation)(directory, {} if sources is None else sources)
    except ConfigError as error:
        count = n_("{count} error; nothing was started.", "{count} errors; nothing was started.", len(error.problems))
        raise Failure(f"{error.text(lang())}\n{count}", BAD_INPUT) from None


def settings_of(directory: Path, sources: dict[str, bytes] | None = None) -> "Settings":
    """Return the configuration on disk, of the office of --office. Ends the command with every fault in it."""
    return settings_among(installation_of(directory, sources))


def installation_in_force(directory: Path) -> "Installation":
    """Return the running daemon's installation.

    Without one the configuration on disk, or the last that a daemon accepted.
    """
    from monitor.configuration import KINDS
    from monitor.settings import in_force

    found = in_force.read(in_force.state_of(directory))
    kept = in_force.installation_of(found, directory, KINDS) if found is not None else None
    if found is None or kept is None:
        return installation_of(directory)
    if found.lives:
        return kept
    try:
        return installation_of(directory)
    except Failure as failure:
        instead = _("The last configuration that the daemon accepted is used instead.")
        print(f"{failure.first}\n{instead}", file=sys.stderr)
        return kept


def settings_in_force(directory: Path) -> "Settings":
    """Return the settings of the office of --office in the installation in force."""
    return settings_among(installation_in_force(directory))


def settings_among(installation: "Installation", office: str = "") -> "Settings":
    """Return the settings of an office, else of that of --office; without it of the only one, or of all of them."""
    from monitor.settings.problems import no_such

    if office:
        return installation.offices[office]
    if _office and _office not in installation.offices:
        fault = no_such("office", _office, installation.offices)
        raise Failure(message("--office: there is {fault}", fault=fault), BAD_INPUT)
    if _office or len(installation.offices) == 1:
        return installation.offices[_office or next(iter(installation.offices))]
    return installation.host


def seen_by_this_run(installation: "Installation") -> "Installation":
    """Return the installation, or the office of --office as if it stood alone. Raises Failure for an unknown one."""
    from monitor.settings.installation import Installation

    settings = settings_among(installation)
    return installation if settings is installation.host else Installation.of(settings)


@contextmanager
def acting(options: Mapping[str, str]) -> Iterator[None]:
    """End the command with the reason when an act is refused.

    ``options``: how the message begins about each argument of the act, by what was typed for it.
    """
    from monitor.alerts.cases.refusals import BadInput, ClockWrong, Refused

    try:
        yield
    except BadInput as error:
        begins = options.get(error.field, f"{error.field}: " if error.field else "")
        raise Failure(f"{begins}{render(said_by(error))}", BAD_INPUT) from None
    except ClockWrong as error:
        raise Failure(said_by(error), CANNOT) from None
    except Refused as error:
        raise Failure(said_by(error), NO) from None


@contextmanager
def store_of(settings: "Settings") -> "Iterator[Store]":
    """Open the database of a daemon that has run at least once; ends the command when it refuses."""
    from monitor.store.errors import UNKNOWN, DatabaseError, NoDatabase, NotYet, OutcomeUnknown, StoreError
    from monitor.store.opening import existing_store

    try:
        store = existing_store(settings.state, settings.server).of(settings.office)
    except NoDatabase as error:
        raise Failure(said_by(error), BAD_INPUT) from None
    except NotYet as error:
        raise NoneYet(said_by(error), CANNOT) from None
    except StoreError as error:
        raise Failure(said_by(error), CANNOT) from None
    try:
        yield store
    except OutcomeUnknown:
        raise Failure(UNKNOWN, CANNOT) from None
    except DatabaseError as error:
        raise Failure(
            message("{path} refuses: {fault}. Try again", path=store.name, fault=error.orig), CANNOT
        ) from None
    finally:
        store.close()
