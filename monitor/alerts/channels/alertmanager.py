"""Prometheus' Alertmanager (API v2), for offices that run it already: one alert a ticket, firing until it is resolved.

Its groups, silences and receivers then apply to what we tell it. It forgets its alerts when it restarts and lets them
lapse when nobody repeats them, so each carries an end far ahead; the letter that resolves the ticket brings it forward.
"""

from datetime import UTC, timedelta
from typing import Any
from urllib.parse import urljoin

import requests

from monitor.alerts.channels.base import ChannelAway, PermanentFailure, Recipient, Rendered, TemporaryFailure
from monitor.alerts.kinds import GOOD_NEWS, severity
from monitor.alerts.notices.facts import MatterFacts
from monitor.alerts.notices.stored import unpack
from monitor.alerts.outbox import Letter

FAR_AHEAD = timedelta(days=400)
ALERTS = "api/v2/alerts"


class AlertmanagerChannel:
    """Posts alerts; keeps nothing."""

    def break_off(self) -> None:
        """Lets it end by itself: it is short."""

    def deliver(self, letter: Letter, recipient: Recipient, rendered: Rendered) -> str:
        """Returns what the server answered."""
        url = urljoin((recipient.address or "").rstrip("/") + "/", ALERTS)
        try:
            with requests.Session() as session:
                session.trust_env = False
                answer = session.post(
                    url, json=[alert(letter, rendered)], timeout=recipient.timeout_s, allow_redirects=False
                )
        except requests.RequestException as error:
            raise ChannelAway(f"{url}: {type(error).__name__}") from error
        if answer.status_code == requests.codes.ok:
            return f"{answer.status_code} {answer.reason} from Alertmanager"
        said = f"{answer.status_code} {answer.reason}: {answer.text[:200]}"
        raise PermanentFailure(said) if answer.status_code == requests.codes.bad_request else TemporaryFailure(said)


def alert(letter: Letter, rendered: Rendered) -> dict[str, Any]:
    """The letter as an alert: labels that stay the same for all letters of a matter, words as annotations."""
    facts = unpack(letter.kind, letter.facts)
    matter = facts if isinstance(facts, MatterFacts) else None
    site, service = (matter.site, matter.service) if matter else (None, None)
    began_utc = matter.event if matter else letter.created_utc
    over = letter.kind in GOOD_NEWS
    ends = letter.created_utc if over else letter.created_utc + FAR_AHEAD
    labels = {
        "alertname": "UpazilaTicket" if facts.number else "UpazilaNotice",
        "ticket": facts.number,
        "site": site.id if site else "",
        "kind": site.kind if site else "",
        "service": f"{service.section}:{service.number}" if service else "",
        "notice": "" if facts.number else letter.kind,
    }
    return {
        "labels": {name: value for name, value in labels.items() if value},
        "annotations": {
            "summary": rendered.subject,
            "description": rendered.short,
            "severity": severity(letter.kind),
            "stage": str(matter.level if matter else 0),
        },
        "startsAt": began_utc.astimezone(UTC).isoformat(),
        "endsAt": ends.astimezone(UTC).isoformat(),
        **({"generatorURL": facts.page_url} if facts.page_url else {}),
    }
