"""Run `backup create`, `verify`, `restore`: the one way to copy the database and to put a copy back."""

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from monitor.cli.dates import local
from monitor.cli.errors import BAD_INPUT, CANNOT, NO, Failure, settings_in_force
from monitor.cli.language import _, n_, render
from monitor.cli.progress import bars, progress
from monitor.domain.message import message, said_by, said_by_system
from monitor.domain.progress import Progress, part

if TYPE_CHECKING:
    from datetime import datetime

    from monitor.cli.documents import SoundnessDocument
    from monitor.settings.load import Settings
    from monitor.store.session import Session
    from monitor.store.soundness import Soundness

app = typer.Typer(help="Copy the database, test copies, and restore one.", no_args_is_help=True)

Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]
HEAD_LETTERS = 64


@app.command()
def create(
    context: typer.Context,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="A file; without it a new one in backups/.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Copy the database, also while the daemon runs, and test the copy by restoring it into a temporary file."""
    from monitor.cli.clock import now_of
    from monitor.settings.storage_section import Place
    from monitor.store import copies
    from monitor.store.opening import BACKUPS
    from monitor.store.retention import copy_to

    settings = settings_in_force(context.obj)
    state, place = settings.state, Place(settings.state, settings.server)
    suffix = copies.OF_A_SERVER if settings.server else copies.OF_A_FILE
    target = output or state / BACKUPS / copies.copy_name(now_of(settings), suffix)
    if target.exists():
        raise Failure(message("{file} is there already. Expected a name that is free", file=target), BAD_INPUT)
    with _failing(target):
        _there(settings)
        with bars(_("Copying the database"), _("Testing the copy")) as (copying, testing):
            found = copy_to(place, target, copying, testing)
    _print(found, as_json, f"{target}: {_contents(found)}", copy=str(target))


@app.command()
def verify(
    context: typer.Context,
    copy: Annotated[Path | None, typer.Argument(help="A copy; without it all copies in backups/.")] = None,
    as_json: Json = False,
) -> None:
    """Test copies: restore each into a temporary file and examine it; exit code 1 if one is not good."""
    from monitor.store import copies
    from monitor.store.errors import StoreError
    from monitor.store.opening import BACKUPS
    from monitor.store.soundness import Soundness

    settings = settings_in_force(context.obj)
    state = settings.state
    wanted = [_named(copy, state)] if copy is not None else copies.nightly(state / BACKUPS)
    if not wanted:
        said = message(
            "there are no copies in {folder}. Make one: upazila-monitor backup create", folder=state / BACKUPS
        )
        raise Failure(said, CANNOT)
    found: list[tuple[Path, Soundness]] = []
    with progress(n_("Testing {count} copy", "Testing {count} copies", len(wanted))) as heard:
        for at, each in enumerate(wanted):
            with _failing(each):
                try:
                    found.append((each, _proved(each, settings, part(heard, at, len(wanted)))))
                except StoreError as error:
                    found.append((each, Soundness((said_by(error),))))
    if as_json:
        print(json.dumps([{"copy": str(each), **_facts(seen)} for each, seen in found]))
    else:
        for each, seen in found:
            problems = "; ".join(map(render, seen.problems))
            print(f"{each}: {_('NOT GOOD: {problems}', problems=problems) if problems else _contents(seen)}")
    if any(seen.problems for _each, seen in found):
        raise typer.Exit(NO)


@app.command()
def restore(
    context: typer.Context,
    copy: Annotated[Path | None, typer.Argument(help="A copy; without it the newest good one in backups/.")] = None,
    head: Annotated[str, typer.Option(help="A hash from the foot of a mail; the copy's history must contain it.")] = "",
    older: Annotated[
        bool, typer.Option("--older", help="Accept a copy whose history ends before the last mail.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Restore a copy as the database while no daemon runs; what was there is kept in a folder aside-…"""
    from monitor.domain.clock import SystemClock
    from monitor.store import copies
    from monitor.store.lock import only_daemon

    settings = settings_in_force(context.obj)
    state, server = settings.state, settings.server
    known_head = head_of(head)
    now_utc = SystemClock().utc()
    with _failing(copy or state), only_daemon(state), progress(_("Testing the copy")) as heard:
        if server is not None:
            copy, found, aside = _put_back(copy, settings, now_utc, older=older, known_head=known_head)
        else:
            chosen = _named(copy, state) if copy is not None else copies.newest_good(state, now_utc)
            done = copies.restore(chosen, state, now_utc, older=older, known_head=known_head, progress=heard)
            copy, found, aside = done.copy, done.found, str(done.aside or "")
    lines = [_("{copy} is the database now: {contents}", copy=copy, contents=_contents(found))]
    if aside:
        lines.append(_("What was there before is in {folder}", folder=aside))
    lines.append(_("Everybody has to log in again. Users, their passwords and tokens are those of the copy."))
    lines.append(
        _("Start the daemon. The time since then counts as unmonitored; mails since then may be sent once more.")
    )
    _print(found, as_json, "\n".join(lines), copy=str(copy), aside=aside or None)


def _proved(copy: Path, settings: "Settings", heard: Progress) -> "Soundness":
    """Return what a copy holds; raises StoreError for one that cannot be opened."""
    from monitor.store import copies

    if settings.server is None or copy.suffix != copies.OF_A_SERVER:
        return copies.verify(copy, _scratch(settings.state), heard)
    from monitor.store import server_copies

    return server_copies.verify(settings.state, settings.server, copy, heard)


def _put_back(
    copy: Path | None, settings: "Settings", now_utc: "datetime", *, older: bool, known_head: str
) -> "tuple[Path, Soundness, str]":
    """Put a copy back as the database of the server; return it, its contents, and the database with what was before."""
    from monitor.store import copies, mailed_head, server_copies
    from monitor.store.opening import BACKUPS

    assert settings.server is not None
    state = settings.state
    every = [each for each in copies.nightly(state / BACKUPS) if each.suffix == copies.OF_A_SERVER]
    if copy is None and not every:
        said = message(
            "there are no copies in {folder}. Make one: upazila-monitor backup create", folder=state / BACKUPS
        )
        raise Failure(said, CANNOT)
    chosen = every[-1] if copy is None else _named(copy, state)

    def check(session: "Session", found: "Soundness") -> None:
        copies.refuse_unfit(session, found, chosen, state, older=older, known_head=known_head)

    done = server_copies.put_back(state, settings.server, chosen, now_utc, check)
    if older:
        mailed_head.forget(state)
    return done.copy, done.found, done.aside


def head_of(typed: str) -> str:
    """Return a head as a person types or copies it, without blanks and in lower case.

    Ends the command when it is none.
    """
    head = "".join(typed.split()).lower()
    if head and (len(head) != HEAD_LETTERS or not set(head) <= set("0123456789abcdef")):
        said = message(
            "--head {typed!r} is no head of the audit log. Expected {wanted} of the letters 0-9 and a-f as at the foot "
            "of a mail; this has {found}",
            typed=typed.strip(),
            wanted=HEAD_LETTERS,
            found=len(head),
        )
        raise Failure(said, BAD_INPUT)
    return head


def _named(copy: Path, state: Path) -> Path:
    """Return a path, or that of a nightly copy by its bare name."""
    from monitor.store.opening import BACKUPS

    below = state / BACKUPS / copy
    return below if not copy.exists() and len(copy.parts) == 1 and below.exists() else copy


def _there(settings: "Settings") -> None:
    """Raise StoreError when there is no database to copy, or it cannot be opened."""
    from monitor.store.opening import existing_store

    existing_store(settings.state, settings.server).close()


def _scratch(state: Path) -> Path:
    """Return a folder with room for a database that may be written."""
    import tempfile

    return state if os.access(state, os.W_OK) else Path(tempfile.gettempdir())


@contextmanager
def _failing(about: Path) -> "Iterator[None]":
    from monitor.store.errors import NoDatabase, StoreError

    try:
        yield
    except NoDatabase as error:
        raise Failure(said_by(error), BAD_INPUT) from None
    except StoreError as error:
        raise Failure(said_by(error), CANNOT) from None
    except OSError as error:
        said = message("{file}: {why}. Nothing was changed", file=error.filename or about, why=said_by_system(error))
        raise Failure(said, CANNOT) from None


def _contents(found: "Soundness") -> str:
    if not found.lived_utc:
        return n_(
            "whole and sound, {count} event of history", "whole and sound, {count} events of history", found.events
        )
    return n_(
        "whole and sound, {count} event of history, the daemon last ran {lived}",
        "whole and sound, {count} events of history, the daemon last ran {lived}",
        found.events,
        lived=local(found.lived_utc.isoformat()),
    )


def _facts(found: "Soundness") -> "SoundnessDocument":
    return {
        "sound": not found.problems,
        "wrong": [str(problem) for problem in found.problems],
        "events": found.events,
        "lived": found.lived_utc.isoformat() if found.lived_utc else None,
    }


def _print(found: "Soundness", as_json: bool, words: str, **more: str | None) -> None:
    print(json.dumps({**more, **_facts(found)}) if as_json else words)
