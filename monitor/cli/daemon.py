"""Run `run`: the daemon itself."""

import logging
import os
import sys
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from monitor.cli.errors import BAD_INPUT, CANNOT, Failure, installation_of
from monitor.cli.language import choose, lang
from monitor.cli.memory import close_to_others
from monitor.domain.log_events import LogEvent
from monitor.domain.message import Message, message, said_by
from monitor.i18n.languages import SOURCE
from monitor.logs.emit import emit

Fresh = Annotated[
    bool, typer.Option("--fresh", help="Begin with an empty database where it is missing, empty or damaged.")
]

if TYPE_CHECKING:
    import socket
    from collections.abc import Sequence

    from monitor.logs.output import LogOutput
    from monitor.settings.installation import Installation
    from monitor.settings.load import Settings

OURSELVES = "import sys; from monitor.cli import main; sys.argv[0] = 'upazila-monitor'; main()"

log = logging.getLogger(__name__)

SWITCH_S = 0.001  # how long a thread may compute while the loop waits: with Python's 5 ms, 20 of them make rounds late


def run(context: typer.Context, fresh: Fresh = False) -> None:
    """Run the monitor until it is stopped (SIGTERM, Ctrl-C); SIGHUP makes it read the configuration again."""
    from monitor.logs.output import install

    log_output = install()
    if not log_output.is_for_people:
        choose(SOURCE)  # the log's language
    try:
        _run(context.obj, log_output, fresh=fresh)
    except Failure as failure:
        if log_output.is_for_people:
            raise
        for line in str(failure).splitlines():
            emit(log, LogEvent.CANNOT_RUN, "%s", line)
        raise typer.Exit(failure.code) from None
    except Exception as error:
        emit(log, LogEvent.DAEMON_FAILED, "the daemon ends: %s", type(error).__name__, error=error)
        raise typer.Exit(CANNOT) from None


def _installation(directory: Path, sources: dict[str, bytes]) -> "Installation":
    """Load the files; what a daemon of any size needs is made while another process reads many: two seconds.

    Raises Failure.
    """
    from monitor.runtime import gc_tuning
    from monitor.runtime.subprocess_load import load_at_start

    found = installation_of(directory, sources, partial(load_at_start, meanwhile=_prepare))
    gc_tuning.set_apart()
    return found


def _prepare() -> None:
    """Import the daemon's own modules, compile its pages, and collect what that leaves behind."""
    import_module("monitor.daemon")
    from monitor.runtime import gc_tuning
    from monitor.web.console.rendering import compile_templates

    compile_templates()
    gc_tuning.collect()  # while there is little to look at


def _run(directory: Path, log_output: "LogOutput", *, fresh: bool) -> None:
    """Work until stopped; raises Failure for what can be foreseen."""
    from monitor.runtime import gc_tuning

    gc_tuning.use_one_arena()
    gc_tuning.hold_off()
    sys.setswitchinterval(SWITCH_S)
    close_to_others()  # addresses in the configuration may hold passwords already
    sources: dict[str, bytes] = {}
    installation = _installation(directory, sources)
    import asyncio  # what is needed from here on is imported by now

    from monitor.daemon import Daemon
    from monitor.domain.clock import SystemClock
    from monitor.probes.icmp.sockets import NoSocket
    from monitor.runtime.systemd import Systemd, listen_fds
    from monitor.store import copies
    from monitor.store.errors import NoDatabase, StoreError
    from monitor.store.lock import only_daemon

    settings = installation.host
    log_output.use(settings.monitor.log.format, settings.monitor.log.level)
    state, where = settings.state, settings.monitor.web.listen
    try:
        sockets = listen_fds()
        _refuse_open_sockets(sockets, settings)
        if not sockets:
            _find_a_network(installation)
        with only_daemon(state):
            if fresh and settings.server is not None:
                raise StoreError(message("run --fresh is for a database in a file. Expected an empty database at url"))
            if fresh:
                aside = copies.set_aside_unusable(state, SystemClock().utc())
                where_old = f"; what was there lies in {aside}" if aside else ""
                emit(log, LogEvent.STARTED_FRESH, "starts with nothing%s", where_old, path=str(aside or ""))
            systemd = Systemd()
            while True:
                mine = [each.dup() for each in sockets]  # a daemon closes what it listens on
                daemon = Daemon(installation, SystemClock(), mine, sources, systemd, log_output, lang())
                del installation, settings, sources  # the daemon replaces them at a reload
                asyncio.run(daemon.run())
                if not daemon.begins_again:
                    break
                installation, sources = daemon.installation, dict(daemon.sources)
                settings = installation.host
    except NoDatabase as error:
        raise Failure(said_by(error), BAD_INPUT) from None
    except (StoreError, NoSocket) as error:
        raise Failure(said_by(error), CANNOT) from None
    except OSError as error:
        why = Message(os.strerror(error.errno) if error.errno else str(error))  # asyncio's words name the address again
        said = message("cannot start: {why} (page on {where}, state in {state})", why=why, where=where, state=state)
        raise Failure(said, CANNOT) from None


def _refuse_open_sockets(sockets: "Sequence[socket.socket]", settings: "Settings") -> None:
    """Raise Failure when a socket that was handed in is open to other machines and nothing secures its line."""
    import socket

    from monitor.settings.web_section import is_loopback

    for each in sockets:
        if each.family in {socket.AF_INET, socket.AF_INET6} and not is_loopback(each.getsockname()[0]):
            if settings.monitor.web.is_secured:
                continue
            said = message(
                "{file}: web: the socket that was handed in, {address}, is open to other machines. Expected "
                "'certificate' and 'key' in [web], or 'behind_proxy'",
                file=settings.directory / "monitor.toml",
                address=each.getsockname()[0],
            )
            raise Failure(said, BAD_INPUT)


def _find_a_network(installation: "Installation") -> None:
    """Do nothing where we may ping; else restart in a private network, if the fleet needs no other.

    Raises NoSocket, with the remedy in its message, when neither is possible.
    """
    from monitor.probes.icmp.socket_choice import open_socket
    from monitor.probes.icmp.sockets import NoSocket
    from monitor.runtime import private_network

    settings = installation.host
    try:
        open_socket(4, settings.monitor.probing.socket).close()
    except NoSocket:
        if private_network.beyond_loopback(installation) or not private_network.is_allowed():
            raise
        for line in private_network.notice_text(settings):
            emit(log, LogEvent.PRIVATE_NETWORK, "%s", line)
        private_network.enter(settings, [sys.executable, "-P", "-c", OURSELVES, *sys.argv[1:]])
