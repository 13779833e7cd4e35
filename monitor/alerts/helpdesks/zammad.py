"""Talk to Zammad over its REST API (docs.zammad.org, "REST API").

Our articles carry their mark as subject. A new ticket is searched by a condition as well as by words: words are
answered from a search index, which lags behind, a condition from the database.
"""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Literal, TypedDict

from monitor.alerts.helpdesks.base import (
    DeskRefused,
    Meanings,
    Remark,
    View,
    is_mark,
    mark_of,
    not_followed,
    subject_tag,
)
from monitor.alerts.helpdesks.markup import plain
from monitor.alerts.helpdesks.rest import Access, AnswerTooLong, DeskKind
from monitor.domain.message import message
from monitor.domain.ticket_states import S, TicketState
from monitor.settings.helpdesk_section import Helpdesk as Section

STREAM = "article"
REMINDS_AFTER = timedelta(days=7)

MEANS: Meanings = {
    "new": (S.OPEN,),
    "open": (S.ACKNOWLEDGED, S.IN_PROGRESS),
    "pending reminder": (S.WAITING,),
    "pending close": (S.WAITING, S.IN_PROGRESS, S.ACKNOWLEDGED),
    "closed": (S.RESOLVED, S.CLOSED, S.WITHDRAWN),
}
WANTS: Mapping[TicketState, str] = {
    S.OPEN: "new",
    S.ACKNOWLEDGED: "open",
    S.IN_PROGRESS: "open",
    S.WAITING: "pending reminder",
    S.RESOLVED: "closed",
    S.CLOSED: "closed",
    S.WITHDRAWN: "closed",
}


class ZammadSection(Section):
    """[helpdesk] with kind = "zammad"; ``queue`` is the group's name."""

    kind: Literal["zammad"] = "zammad"


class Zammad:
    """The client; ``access.queue`` is the group's name. The account of the token is the customer of our tickets."""

    fresh = "new"
    means, wants = MEANS, WANTS

    def __init__(self, access: Access) -> None:
        self._group = access.queue
        self._rest = access.rest("/api/v1", "Token token=")
        self._own: Mapping[str, Any] = {}

    def check(self) -> str:
        me = self._rest.get("/users/me", expand="true")
        groups = me.get("groups") or {}
        if self._group not in groups:
            known = ", ".join(map(str, groups)) or message("none")
            raise DeskRefused(
                message(
                    "'{user}' has no group '{group}', but: {known}. Expected one of these",
                    user=me["login"],
                    group=self._group,
                    known=known,
                )
            )
        return f"Zammad, as '{me['login']}', group '{self._group}'"

    def find(self, number: str) -> str:
        tag = subject_tag(number)
        condition = {"condition[ticket.title][operator]": "contains", "condition[ticket.title][value]": tag}
        for asked in (condition, {"query": number}):
            found = _tickets(self._rest.get("/tickets/search", limit=50, **asked))
            ours = [int(ticket["id"]) for ticket in found if str(ticket["title"]).startswith(tag)]
            if ours:
                return str(min(ours))
        return ""

    def create(self, number: str, subject: str, text: str) -> str:
        body = {
            "title": subject,
            "group": self._group,
            "customer_id": self._me()["id"],
            "article": _article(mark_of(number, 0), text),
        }
        return str(int(self._rest.post("/tickets", body)["id"]))

    def look(self, outside_id: str, seen: Mapping[str, int], stamp: str) -> View:
        ticket = self._rest.get(f"/tickets/{outside_id}", expand="true")
        status, changed = str(ticket["state"]), str(ticket["updated_at"])
        if changed == stamp:
            return View(status, "", changed, ())
        new = sorted(int(id_) for id_ in ticket["article_ids"] if int(id_) > seen.get(STREAM, 0))
        by = str(ticket["updated_by"])  # the last to change anything: if that was we, who set the status is not known
        return View(status, "" if by == self._me()["login"] else by, changed, tuple(map(self._remark, new)))

    def comment(self, outside_id: str, mark: str, text: str) -> None:
        self._rest.post("/ticket_articles", {"ticket_id": int(outside_id), **_article(mark, text)})

    def set_status(self, outside_id: str, status: str) -> None:
        body = {"state": status}
        if status.startswith("pending"):
            body["pending_time"] = f"{datetime.now(UTC) + REMINDS_AFTER:%Y-%m-%dT%H:%M:%SZ}"
        self._rest.put(f"/tickets/{outside_id}", body)
        found = self._rest.get(f"/tickets/{outside_id}", expand="true")["state"]
        if found != status:
            raise DeskRefused(not_followed(outside_id, status, found))

    def _me(self) -> Mapping[str, Any]:
        """Return the account of the token."""
        self._own = self._own or self._rest.get("/users/me")
        return self._own

    def _remark(self, id_: int) -> Remark:
        try:
            article = self._rest.get(f"/ticket_articles/{id_}")
        except AnswerTooLong:
            return Remark(STREAM, id_, "", "(too long to be taken over)")
        mark, body = str(article.get("subject") or "").strip(), str(article.get("body") or "")
        text = plain(body) if article.get("content_type") == "text/html" else body
        author = str(article.get("from") or "").partition("<")[0].strip(' "')
        return Remark(STREAM, id_, author, text, mark if is_mark(mark) else "")


class Article(TypedDict):
    """An article in Zammad's format."""

    subject: str
    body: str
    content_type: str
    type: str
    internal: bool


def _article(mark: str, text: str) -> Article:
    return {"subject": mark, "body": text, "content_type": "text/plain", "type": "note", "internal": False}


def _tickets(answer: Any) -> Iterable[Mapping[str, Any]]:
    """Return the tickets of a search's answer: the documented form, or the list that some releases give."""
    if isinstance(answer, list):
        return answer
    found: Mapping[str, Mapping[str, Any]] = (answer.get("assets") or {}).get("Ticket") or {}
    return found.values()


ZAMMAD = DeskKind(
    ZammadSection,
    Zammad,
    title="Zammad",
    doc="""\
- `queue`: the group's name. The token: avatar → Profile → Token Access, permission `ticket.agent`.
- Rights: full access to the group. We write public notes; the account itself is the customer.""",
)
