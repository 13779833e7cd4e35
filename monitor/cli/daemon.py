"""`run`: the daemon itself."""

import logging
import os

import typer

from monitor.cli.failing import CANNOT, Failure, settings_of


def run(context: typer.Context) -> None:
    """Probes, judges, records and mails until it is stopped (SIGTERM, Ctrl-C); SIGHUP reads the configuration again."""
    import asyncio

    from monitor.clock import SystemClock
    from monitor.daemon.app import Daemon
    from monitor.daemon.systemd import listen_fds
    from monitor.probes.icmp.sockets import NoSocket
    from monitor.store.session import StoreError, only_daemon

    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(message)s")
    for noisy in ("alembic", "apscheduler", "uvicorn", "tzlocal"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
    settings = settings_of(context.obj)
    try:
        with only_daemon(settings.state):
            asyncio.run(Daemon(settings, SystemClock(), listen_fds()).run())
    except (StoreError, NoSocket) as error:
        raise Failure(str(error), CANNOT) from None
    except OSError as error:
        where = settings.monitor.web.listen
        why = os.strerror(error.errno) if error.errno else error  # asyncio's own words name the address once more
        raise Failure(f"cannot start: {why} (page on {where}, state in {settings.state})", CANNOT) from None
