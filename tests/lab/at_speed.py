"""`upazila-monitor` for clocks that run fast: what the console waits for people and browsers is lengthened likewise.

The first word is the factor; the rest are those of the command.
"""

import sys

from monitor.accounts import sessions
from monitor.store import database
from monitor.web import connections, guard
from monitor.web.api import asked


def main() -> None:
    """Runs the command."""
    factor = int(sys.argv.pop(1))
    connections.WHOLE_REQUEST_S *= factor  # before those that import it by name
    connections.WHOLE_ANSWER_S *= factor
    connections.KEEP_ALIVE_S *= factor
    connections.GONE_MS *= factor
    connections.GRACE_S *= factor
    guard.LATE_S *= factor
    asked.LATE_S *= factor
    database.GLANCE_S *= factor
    for name in ("LONGEST", "IDLE", "VISIT_ENDS", "PROVED_FOR"):
        setattr(sessions, name, getattr(sessions, name) * factor)

    from monitor.cli import main as run

    run()


if __name__ == "__main__":
    main()
