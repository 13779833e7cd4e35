"""Check the names of users and tokens, which stand in history and in the addresses of pages."""

import re

from monitor.alerts.cases.refusals import BadInput
from monitor.domain.message import message
from monitor.domain.text import clean, comparison_key, nfc
from monitor.domain.ticket_states import MONITOR

LONGEST = 64
NAME = re.compile(r"[a-zA-Z0-9\u0980-\u09ff][a-zA-Z0-9\u0980-\u09ff._@-]{1,63}")
RESERVED = {comparison_key(name) for name in (MONITOR, "cli", "api", "console", "system", "help desk", "unknown")}


def refuse_bad_name(name: str) -> None:
    """Raise BadInput for a name that no user or token can have."""
    if not NAME.fullmatch(name) or nfc(name) != name or clean(name, LONGEST) != name:
        raise BadInput(
            "name",
            message(
                "found '{name}'. Expected 2 to 64 English or Bangla letters, digits and . _ @ -, without blanks",
                name=clean(name, LONGEST),
            ),
        )
    if comparison_key(name) in RESERVED:
        raise BadInput("name", message("'{name}' is a name that this program uses itself. Expected another", name=name))
