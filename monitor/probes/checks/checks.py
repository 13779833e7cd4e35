"""Register all checks of services by kind (a new one is a new file and a line here), and run them in threads."""

import logging
from collections.abc import Collection, Mapping
from typing import Any

from monitor.domain.log_events import LogEvent
from monitor.domain.reasons import ReasonCode, reason
from monitor.logs.emit import emit
from monitor.net.deadline import Deadline
from monitor.net.http import preload
from monitor.net.names import NamesBusy
from monitor.net.pool import Pool, PoolFull
from monitor.probes.checks import dns, http, smtp, tcp
from monitor.probes.checks.base import CheckKind, Outcome, plain, program_fault
from monitor.settings.services_section import ServiceCheck

log = logging.getLogger(__name__)

CHECKS: Mapping[str, CheckKind[Any]] = {
    "tcp": tcp.TCP,
    "http": http.HTTP,
    "dns": dns.DNS,
    "smtp": smtp.SMTP,
}

THREADS = 256
"""A check that waits holds a thread until its deadline; the living are done in milliseconds."""


class ServiceChecks:
    """The threads that run checks, for the running event loop.

    Checks that recently took all of their time have threads apart from those of the others: however many services lie
    behind a cut link, the others are checked in time.
    """

    def __init__(self, threads: int = THREADS) -> None:
        preload()
        self._threads = Pool("checks of services", threads)
        self._slow_threads = Pool("checks of services that do not answer", threads)
        self._slow: set[ServiceCheck] = set()

    def configure(self, kept: Collection[ServiceCheck]) -> None:
        """Drop what is known of services other than these."""
        self._slow.intersection_update(kept)

    async def run(self, wanted: ServiceCheck, timeout_s: float) -> Outcome:
        """Await one check; what keeps us from asking in time is our own fault, and the verdict unknown."""
        deadline = Deadline.after(timeout_s)
        threads = self._slow_threads if wanted in self._slow else self._threads
        try:
            outcome = await threads.run(deadline, outcome_of, wanted, deadline)
        except PoolFull:
            return Outcome(own_fault=reason(ReasonCode.CHECKS_BUSY))
        except TimeoutError:
            return Outcome(own_fault=reason(ReasonCode.CAME_TOO_LATE))
        (self._slow.discard if deadline.left_s else self._slow.add)(wanted)
        return outcome

    def close(self) -> None:
        """Begin no more checks."""
        self._threads.close()
        self._slow_threads.close()


def outcome_of(wanted: ServiceCheck, deadline: Deadline) -> Outcome:
    """Run a check in this thread until the deadline at most; raises nothing."""
    try:
        return CHECKS[wanted.kind].check(wanted, deadline)
    except NamesBusy:
        return Outcome(own_fault=reason(ReasonCode.RESOLVER_BUSY))
    except (OSError, ValueError) as error:
        return Outcome(reason=plain(error))
    except Exception as error:  # a fault of this program must not be taken for the server's, nor end the checking
        emit(log, LogEvent.CHECK_FAILED, "a check of kind %s failed", wanted.kind, error=error, kind=wanted.kind)
        return Outcome(own_fault=program_fault(error))
