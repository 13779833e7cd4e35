"""Talk to GLPI over its REST API (apirest.md in GLPI's own tree).

Texts are HTML there. Our followups begin with their mark. A followup by the ticket's requester reopens a solved ticket,
unless it has '_no_reopen', as ours do. Dates of modification have whole seconds only and cannot show that nothing is
new, so everything is read at every look.
"""

import html
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Literal, Self

from pydantic import model_validator

from monitor.alerts.helpdesks.base import DeskRefused, Meanings, Remark, View, is_mark, not_followed, subject_tag
from monitor.alerts.helpdesks.markup import markup, plain
from monitor.alerts.helpdesks.rest import Access, DeskKind
from monitor.domain.message import message
from monitor.domain.ticket_states import S, TicketState
from monitor.settings.base import SecretFile
from monitor.settings.helpdesk_section import Helpdesk as Section

NAME, ID = 1, 2  # search options of a ticket
STREAMS = ("ITILFollowup", "ITILSolution")
PER_PAGE, MOST_PAGES = 50, 40
NO_MORE = "ERROR_RANGE_EXCEED_TOTAL"
PLAIN_ROWS = {"expand_dropdowns": "true", "get_hateoas": "false"}

MEANS: Meanings = {
    "1": (S.OPEN,),
    "2": (S.ACKNOWLEDGED, S.IN_PROGRESS),
    "3": (S.IN_PROGRESS, S.ACKNOWLEDGED),
    "4": (S.WAITING,),
    "5": (S.RESOLVED, S.CLOSED, S.WITHDRAWN),
    "6": (S.CLOSED, S.RESOLVED, S.WITHDRAWN),
}
WANTS: Mapping[TicketState, str] = {
    S.OPEN: "1",
    S.ACKNOWLEDGED: "2",
    S.IN_PROGRESS: "2",
    S.WAITING: "4",
    S.RESOLVED: "5",
    S.CLOSED: "5",  # GLPI files what is solved by itself; we leave it open to remarks
    S.WITHDRAWN: "5",
}


class GlpiSection(Section):
    """[helpdesk] with kind = "glpi"; ``queue`` is the number of the entity."""

    kind: Literal["glpi"] = "glpi"
    app_token_file: SecretFile | None = None
    """A file (mode 0600) with the API client's token, if GLPI asks for one."""

    @property
    def secrets(self) -> tuple[tuple[str, Path], ...]:
        return (*super().secrets, *((("app_token_file", self.app_token_file),) if self.app_token_file else ()))

    @model_validator(mode="after")
    def _names_an_entity(self) -> Self:
        if not (self.queue.isascii() and self.queue.isdigit()):
            raise ValueError(message("'queue' is no number. Expected that of a GLPI entity, in quotes, such as \"0\""))
        return self


class Glpi:
    """The client; ``access.queue`` is the number of the entity."""

    fresh = "1"
    means, wants = MEANS, WANTS

    def __init__(self, access: Access) -> None:
        self._entity = int(access.queue)
        token = access.further.get("app_token_file")
        app = {"App-Token": token.reveal()} if token else {}
        self._login = access.rest("/apirest.php", "user_token ", app)
        self._rest = access.anonymous("/apirest.php", app)
        self._session: dict[str, str] = {}

    def check(self) -> str:
        found = self._in_session(lambda session: self._rest.get("/getMyEntities", session))
        entities = {int(entity["id"]): str(entity["name"]) for entity in found["myentities"]}
        if self._entity not in entities:
            known = ", ".join(f"{id_} ({name})" for id_, name in entities.items()) or message("none")
            raise DeskRefused(
                message(
                    "the token has no entity {entity}, but: {known}. Expected one of these",
                    entity=self._entity,
                    known=known,
                )
            )
        return f"GLPI, entity {self._entity} ({entities[self._entity]})"

    def find(self, number: str) -> str:
        tag = subject_tag(number)
        criterion = {"field": NAME, "searchtype": "contains", "value": number}
        asked = {f"criteria[0][{key}]": value for key, value in criterion.items()}
        shown = {"forcedisplay[0]": ID, "forcedisplay[1]": NAME, "range": "0-49"}
        answer = self._in_session(lambda session: self._rest.get("/search/Ticket", session, **asked, **shown))
        rows = answer.get("data") or []
        named = rows.values() if isinstance(rows, dict) else rows
        ours = [int(row[str(ID)]) for row in named if str(row[str(NAME)]).startswith(tag)]
        return str(min(ours)) if ours else ""

    def create(self, number: str, subject: str, text: str) -> str:
        fields = {"name": subject, "content": markup(text), "entities_id": self._entity, "type": 1}
        return str(int(self._post("/Ticket", fields)["id"]))

    def look(self, outside_id: str, seen: Mapping[str, int], stamp: str) -> View:
        ticket = self._ticket(outside_id)
        status = "deleted" if int(ticket.get("is_deleted") or 0) else str(ticket["status"])
        remarks = [remark for stream in STREAMS for remark in self._remarks(outside_id, stream, seen.get(stream, 0))]
        return View(status, _person(ticket.get("users_id_lastupdater")), "", tuple(remarks))

    def comment(self, outside_id: str, mark: str, text: str) -> None:
        content = markup(f"{mark}\n{text}")
        followup = {"itemtype": "Ticket", "items_id": int(outside_id), "content": content, "_no_reopen": 1}
        self._post("/ITILFollowup", followup)

    def set_status(self, outside_id: str, status: str) -> None:
        body = {"input": {"status": int(status)}}
        self._in_session(lambda session: self._rest.put(f"/Ticket/{outside_id}", body, session))
        found = str(self._ticket(outside_id)["status"])
        if found != status:
            raise DeskRefused(not_followed(outside_id, status, found))

    def _ticket(self, outside_id: str) -> Any:
        return self._in_session(lambda session: self._rest.get(f"/Ticket/{outside_id}", session, **PLAIN_ROWS))

    def _remarks(self, outside_id: str, stream: str, seen: int) -> list[Remark]:
        """Return the rows after ``seen``, the oldest first; the newest are requested first."""
        rows: list[Mapping[str, Any]] = []
        for page in range(MOST_PAGES):
            first = page * PER_PAGE
            asked = {"range": f"{first}-{first + PER_PAGE - 1}", "order": "DESC", **PLAIN_ROWS}
            found = self._page(f"/Ticket/{outside_id}/{stream}", asked)
            rows += [row for row in found if int(row["id"]) > seen]
            if len(found) < PER_PAGE or any(int(row["id"]) <= seen for row in found):
                break
        return [_remark(stream, row) for row in sorted(rows, key=lambda row: int(row["id"]))]

    def _page(self, path: str, asked: Mapping[str, Any]) -> list[Mapping[str, Any]]:
        try:
            answer = self._in_session(lambda session: self._rest.get(path, session, **asked))
        except DeskRefused as error:
            if NO_MORE in str(error):
                return []
            raise
        return answer if isinstance(answer, list) else []

    def _post(self, path: str, fields: Mapping[str, Any]) -> Any:
        return self._in_session(lambda session: self._rest.post(path, {"input": fields}, session))

    def _in_session(self, asking: Callable[[Mapping[str, str]], Any]) -> Any:
        """Make a request within a session.

        An expired one is opened again, once, because a refused request was not done.
        """
        if self._session:
            try:
                return asking(self._session)
            except DeskRefused as error:
                if not error.to_all:
                    raise
        self._session = {"Session-Token": str(self._login.get("/initSession")["session_token"])}
        return asking(self._session)


def _remark(stream: str, row: Mapping[str, Any]) -> Remark:
    text = plain(html.unescape(str(row.get("content") or "")))
    first, _, rest = text.partition("\n")
    mark = first.strip() if is_mark(first.strip()) else ""
    return Remark(stream, int(row["id"]), _person(row.get("users_id")), rest if mark else text, mark)


def _person(value: object) -> str:
    """Return a user's name; '' for a bare number."""
    return "" if value is None or isinstance(value, int) or str(value).isdigit() else str(value)


GLPI = DeskKind(
    GlpiSection,
    Glpi,
    title="GLPI (apirest.php)",
    doc="""\
- `queue`: the entity's number. The token: user → Remote access keys → API token. Setup → General → API: enable; if the
  API client has a token, `app_token_file`.
- Rights: a profile that may create, see and update tickets and add followups. We write followups.""",
)
