"""A mirror that is killed (SIGKILL) right after the help desk did what it was asked, before that is noted anywhere.

``python -m tests.alerts.mirror.killed STATE SECTION.json PREFIX NOW METHOD [SERVER]``
"""

import json
import os
import signal
import sys
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from monitor.alerts.helpdesks.registry import open_desk
from monitor.alerts.mirror.sync import Mirror, Outcome
from monitor.charter.office import Office
from monitor.configuration import KINDS, load
from monitor.domain.clock import VirtualClock
from monitor.settings.helpdesk_section import Helpdesk as Section
from monitor.settings.storage_section import Server
from monitor.store.opening import open_store
from tests.places import SHIPPED


class Killing:
    """A help desk that answers once and takes us with it."""

    def __init__(self, desk: Any, method: str) -> None:
        self._desk, self._method = desk, method

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._desk, name)
        if name != self._method:
            return found

        def done_and_killed(*arguments: Any) -> None:
            found(*arguments)
            os.kill(os.getpid(), signal.SIGKILL)

        return done_and_killed


def main(state: str, section: str, prefix: str, now: str, method: str, server: str = "") -> None:
    found = Section.model_validate(json.loads(Path(section).read_text(encoding="utf-8")), context=KINDS)
    office = Office.of(load(SHIPPED))
    office = replace(office, charter=replace(office.charter, ticket_prefix=prefix))
    desk: Any = Killing(open_desk(found, Path("/")), method)
    clock = VirtualClock(datetime.fromisoformat(now))
    store = open_store(Path(state), Server(server) if server else None)
    mirror = Mirror(store, office, desk, found.key, timedelta(seconds=60), clock)
    while mirror.next() is Outcome.MORE:
        pass


if __name__ == "__main__":
    main(*sys.argv[1:])
