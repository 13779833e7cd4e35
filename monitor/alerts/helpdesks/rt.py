"""Talk to Request Tracker 5 over its REST API 2.0 (the manual page RT::REST2 is the reference).

Our remarks carry their mark as subject. RT answers a change with a sentence in its own language, whether it was done or
not, so a status is read again after it was set.
"""

from collections.abc import Mapping
from typing import Any, Literal
from urllib.parse import quote

from monitor.alerts.helpdesks.base import DeskRefused, Meanings, Remark, View, is_mark, not_followed, subject_tag
from monitor.alerts.helpdesks.markup import plain
from monitor.alerts.helpdesks.rest import Access, AnswerTooLong, DeskKind
from monitor.domain.message import message, said_by
from monitor.domain.ticket_states import S, TicketState
from monitor.settings.helpdesk_section import Helpdesk as Section

FIELDS = "Type,NewValue,Creator,Data"
PER_PAGE, MOST_PAGES = 50, 40
LONGEST_SUBJECT_BYTES = 200
STREAM = "transaction"
WRITTEN = {"Comment", "Correspond"}

MEANS: Meanings = {
    "new": (S.OPEN,),
    "open": (S.ACKNOWLEDGED, S.IN_PROGRESS),
    "stalled": (S.WAITING,),
    "resolved": (S.RESOLVED, S.CLOSED, S.WITHDRAWN),
    "rejected": (S.RESOLVED, S.CLOSED, S.WITHDRAWN),
}
WANTS: Mapping[TicketState, str] = {
    S.OPEN: "new",
    S.ACKNOWLEDGED: "open",
    S.IN_PROGRESS: "open",
    S.WAITING: "stalled",
    S.RESOLVED: "resolved",
    S.CLOSED: "resolved",
    S.WITHDRAWN: "resolved",
}


class RtSection(Section):
    """[helpdesk] with kind = "rt"; ``queue`` is the queue's name."""

    kind: Literal["rt"] = "rt"


class RequestTracker:
    """The client; ``access.queue`` is the queue's name."""

    fresh = "new"
    means, wants = MEANS, WANTS

    def __init__(self, access: Access) -> None:
        self._queue = access.queue
        self._rest = access.rest("/REST/2.0", "token ")

    def check(self) -> str:
        version = self._rest.get("/rt")["Version"]
        try:
            queue = self._rest.get(f"/queue/{quote(self._queue, safe='')}")
        except DeskRefused as error:
            if error.to_all:
                raise
            raise DeskRefused(
                message(
                    "the token sees no queue '{queue}' ({error}). Grant it SeeQueue there",
                    queue=self._queue,
                    error=said_by(error),
                )
            ) from None
        if not any(link.get("ref") == "create" for link in queue["_hyperlinks"]):
            raise DeskRefused(
                message(
                    "the token may make no tickets in the queue '{queue}'. Grant it CreateTicket", queue=self._queue
                )
            )
        return f"Request Tracker {version}, queue '{queue['Name']}'"

    def find(self, number: str) -> str:
        tag = subject_tag(number)
        query = "Subject LIKE '{}'".format(tag.replace("\\", "\\\\").replace("'", "\\'"))
        found = self._rest.get("/tickets", query=query, fields="Subject", orderby="id", per_page=20)
        ours = [int(item["id"]) for item in found["items"] if str(item["Subject"]).startswith(tag)]
        return str(min(ours)) if ours else ""

    def create(self, number: str, subject: str, text: str) -> str:
        body = {"Queue": self._queue, "Subject": shortened(subject), "Content": text, "ContentType": "text/plain"}
        return str(int(self._rest.post("/ticket", body)["id"]))

    def look(self, outside_id: str, seen: Mapping[str, int], stamp: str) -> View:
        ticket, tag = self._rest.get_tagged(f"/ticket/{outside_id}")
        status = str(ticket["Status"])
        if tag and tag == stamp:
            return View(status, "", tag, ())
        history = self._history(outside_id, seen.get(STREAM, 0))
        changes = [item for item in history if item["Type"] == "Status" and item["NewValue"] == status]
        by = str(changes[-1]["Creator"]["id"]) if changes else ""
        return View(status, by, tag, tuple(self._remark(item) for item in history if item["Type"] in WRITTEN))

    def comment(self, outside_id: str, mark: str, text: str) -> None:
        body = {"Subject": mark, "Content": text, "ContentType": "text/plain"}
        self._rest.post(f"/ticket/{outside_id}/comment", body)

    def set_status(self, outside_id: str, status: str) -> None:
        self._rest.put(f"/ticket/{outside_id}", {"Status": status})
        found = self._rest.get(f"/ticket/{outside_id}")["Status"]
        if found != status:
            raise DeskRefused(not_followed(outside_id, status, found))

    def _history(self, outside_id: str, seen: int) -> list[dict[str, Any]]:
        """Return the transactions after ``seen``, the oldest first.

        The newest are requested first: a history can be long.
        """
        found: list[dict[str, Any]] = []
        for page in range(1, MOST_PAGES + 1):
            answer = self._rest.get(
                f"/ticket/{outside_id}/history", fields=FIELDS, orderby="id", order="DESC", per_page=PER_PAGE, page=page
            )
            found += answer["items"]
            # Only superusers see how many pages there are.
            if len(answer["items"]) < PER_PAGE or any(int(item["id"]) <= seen for item in answer["items"]):
                break
        return sorted((item for item in found if int(item["id"]) > seen), key=lambda item: int(item["id"]))

    def _remark(self, item: Mapping[str, Any]) -> Remark:
        id_, author, mark = int(item["id"]), str(item["Creator"]["id"]), str(item["Data"]).strip()
        return (
            Remark(STREAM, id_, author, "", mark) if is_mark(mark) else Remark(STREAM, id_, author, self._content(id_))
        )

    def _content(self, transaction: int) -> str:
        """Return the text of a remark: its plain part, or its HTML as text."""
        try:
            parts = self._rest.get(f"/transaction/{transaction}/attachments", fields="Content,ContentType")["items"]
        except AnswerTooLong:
            return "(too long to be taken over)"
        for kind, read in (("text/plain", str), ("text/html", plain)):
            for part in parts:
                if part.get("ContentType") == kind and part.get("Content"):
                    return read(str(part["Content"]))
        return ""


def shortened(subject: str) -> str:
    """Return a subject as RT stores it: it counts bytes, and cuts in the middle of a word."""
    if len(subject.encode()) <= LONGEST_SUBJECT_BYTES:
        return subject
    kept = subject.encode()[: LONGEST_SUBJECT_BYTES - len("…".encode())].decode(errors="ignore")
    return f"{kept.rpartition(' ')[0] or kept}…"


RT = DeskKind(
    RtSection,
    RequestTracker,
    title="Request Tracker 5",
    doc="""\
- `queue`: the queue's name. The token: Logged in as … → Settings → Auth Tokens.
- Rights on the queue: SeeQueue, CreateTicket, ShowTicket, ShowTicketComments, ModifyTicket, CommentOnTicket. We write
  comments: they are mailed to no requester.""",
)
