"""What `status --json` and /api/v1/status give out of the whole office."""

from typing import get_type_hints

from monitor.reports import status_document


def test_what_an_older_daemon_does_not_tell_is_there_all_the_same() -> None:
    assert status_document.live_status({}).keys() == get_type_hints(status_document.LiveStatus).keys()


def test_what_an_older_daemon_does_not_tell_is_not_wrong() -> None:
    older = status_document.live_status({"instance": "x", "sites": [], "uptime_s": 7})
    assert (older["uptime_s"], older["store_readable"], older["snmp"], older["mail"]) == (7, True, [], None)
