"""`run`: the daemon itself."""

import logging
import os

import typer

from monitor.cli.failing import CANNOT, Failure, settings_of


def run(context: typer.Context) -> None:
    """Probes, judges, records and mails until it is stopped (SIGTERM, Ctrl-C); SIGHUP reads the configuration again."""
    import asyncio

    from monitor.clock import SystemClock
    from monitor.daemon import garbage
    from monitor.daemon.app import Daemon
    from monitor.daemon.systemd import listen_fds
    from monitor.probes.icmp.sockets import NoSocket
    from monitor.store.session import StoreError, only_daemon

    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(message)s")
    for noisy in ("alembic", "apscheduler", "tzlocal"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
    logging.getLogger("uvicorn").setLevel(logging.ERROR)  # what strangers ask for in odd words must not fill the log
    garbage.one_heap()
    sources: dict[str, bytes] = {}
    settings = settings_of(context.obj, sources)
    state, where = settings.state, settings.monitor.web.listen
    try:
        with only_daemon(state):
            daemon = Daemon(settings, SystemClock(), listen_fds(), sources)
            del settings, sources  # the daemon replaces them when it is told to read them again
            asyncio.run(daemon.run())
    except (StoreError, NoSocket) as error:
        raise Failure(str(error), CANNOT) from None
    except OSError as error:
        why = os.strerror(error.errno) if error.errno else error  # asyncio's own words name the address once more
        raise Failure(f"cannot start: {why} (page on {where}, state in {state})", CANNOT) from None
