"""Deliver to Prometheus' Alertmanager (API v2): one alert per ticket, firing until it is resolved.

Its groups, silences and receivers then apply. It drops its alerts when it restarts and expires those that are not
repeated, so each carries an end far ahead; the notice that resolves the ticket brings the end forward.
"""

import json
from datetime import UTC, timedelta
from typing import ClassVar, Literal, NotRequired, Self, TypedDict
from urllib.parse import urljoin

from pydantic import model_validator

from monitor.alerts.channels.base import (
    ChannelKind,
    ChannelUnavailable,
    Letter,
    PermanentFailure,
    Recipient,
    Rendered,
    TemporaryFailure,
)
from monitor.alerts.facts.case import CaseFacts
from monitor.alerts.facts.stored import unpack
from monitor.domain.hiding import bare_url, hide, secrets_in
from monitor.domain.message import message, said_by
from monitor.domain.notice_kinds import GOOD_NEWS, severity
from monitor.domain.text import clean
from monitor.net import http
from monitor.net.deadline import Cancellation, Deadline
from monitor.settings.hosts import page_fault
from monitor.settings.notices_section import RecipientEntry

FAR_AHEAD = timedelta(days=400)
ALERTS = "api/v2/alerts"
MOST_BYTES = 4_096  # of an answer, whose beginning is shown
LONGEST_SAID = 250
OK, BAD_REQUEST = 200, 400


class AlertmanagerRecipient(RecipientEntry):
    """An Alertmanager."""

    reached_by: ClassVar[str] = "url"
    channel: Literal["alertmanager"] = "alertmanager"
    url: str
    """Its address, such as http://127.0.0.1:9093."""

    @property
    def shown_address(self) -> str:
        return bare_url(self.url)

    @model_validator(mode="after")
    def _is_a_page(self) -> Self:
        if fault := page_fault(self.url):
            raise ValueError(message("'url' {fault}", fault=fault))
        return self


class AlertmanagerChannel:
    """The channel; without state."""

    def __init__(self) -> None:
        self._cancellation = Cancellation()

    def abort(self) -> None:
        """Cancel what is under way, and begin nothing any more."""
        self._cancellation.cancel()

    def deliver(self, letter: Letter, recipient: Recipient, rendered: Rendered) -> str:
        """Post the alert; return the server's answer."""
        url = urljoin((recipient.address or "").rstrip("/") + "/", ALERTS)
        try:
            answer = http.request(
                "POST",
                url,
                Deadline.after(recipient.timeout_s, self._cancellation),
                headers={"Content-Type": "application/json"},
                body=json.dumps([alert(letter, rendered)]).encode(),
                most_bytes=MOST_BYTES,
            )
        except http.HttpError as error:
            raise ChannelUnavailable(message("{url}: {fault}", url=bare_url(url), fault=said_by(error))) from None
        if answer.status == OK:
            return "200 OK from Alertmanager"
        repeated = hide(f"{answer.reason}: {answer.body.decode('utf-8', 'replace')}", secrets_in(url))
        said = clean(f"{answer.status} {repeated}", LONGEST_SAID)
        raise PermanentFailure(said) if answer.status == BAD_REQUEST else TemporaryFailure(said)


class Alert(TypedDict):
    """An alert in Alertmanager's format. Source: its OpenAPI document, `postableAlert`."""

    labels: dict[str, str]
    annotations: dict[str, str]
    startsAt: str
    endsAt: str
    generatorURL: NotRequired[str]


def alert(letter: Letter, rendered: Rendered) -> Alert:
    """Return the notice as an alert: labels that are the same for all notices of a case, words as annotations."""
    facts = unpack(letter.kind, letter.facts)
    case = facts if isinstance(facts, CaseFacts) else None
    site, service = (case.site, case.service) if case else (None, None)
    began_utc = case.event if case else letter.created_utc
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
    found: Alert = {
        "labels": {name: value for name, value in labels.items() if value},
        "annotations": {
            "summary": rendered.subject,
            "description": rendered.short,
            "severity": severity(letter.kind),
            "stage": str(case.level if case else 0),
        },
        "startsAt": began_utc.astimezone(UTC).isoformat(),
        "endsAt": ends.astimezone(UTC).isoformat(),
    }
    if page := facts.page():
        found["generatorURL"] = page
    return found


ALERTMANAGER = ChannelKind(
    AlertmanagerRecipient,
    lambda _: AlertmanagerChannel(),
    title="Alertmanager",
    doc="""\
One alert for each ticket, firing until the letter that resolves it: groups, silences and receivers of the Alertmanager
apply to it. Alertmanager forgets its alerts when it restarts; ours comes back with the ticket's next letter.""",
)
