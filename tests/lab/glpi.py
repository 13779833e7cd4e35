"""GLPI as its apirest.md describes the REST API: sessions, search, items, sub-items; texts are HTML, kept escaped."""

import html
import re
import socket
from collections.abc import Callable
from itertools import count
from typing import Any

from tests.lab.desks import PERSON, TOKEN, PlayedDesk, Refusal, Request, stamp

API = "/apirest.php"
SOLVED, CLOSED = 5, 6
APP_TOKEN = "lab-app-token"


def refused(status: int, code: str) -> Refusal:
    return Refusal(status, [code, f"{code}; view documentation in your browser"])


class Glpi(PlayedDesk):
    """A followup by the requester (who opened it) reopens what is solved, unless it carries '_no_reopen'."""

    kind = "glpi"
    queue = "3"

    def __init__(self, host: str = "127.0.0.1", socket_maker: Callable[[], socket.socket] = socket.socket) -> None:
        super().__init__(host, socket_maker)
        self.sessions: set[str] = set()
        self._numbers = count(1)
        self._tickets: dict[int, dict[str, Any]] = {}
        self._rows: dict[str, list[dict[str, Any]]] = {"ITILFollowup": [], "ITILSolution": []}

    def answer(self, request: Request) -> tuple[int, Any]:
        path, method = request.path.removeprefix(API), request.method
        if request.headers.get("App-Token") != APP_TOKEN:
            raise refused(400, "ERROR_APP_TOKEN_PARAMETERS_MISSING")
        if method == "GET" and request.body is not None:
            raise refused(400, "ERROR_JSON_PAYLOAD_FORBIDDEN")
        if (method, path) == ("GET", "/initSession"):
            if request.headers.get("Authorization") != f"user_token {TOKEN}":
                raise refused(401, "ERROR_GLPI_LOGIN_USER_TOKEN")
            self.sessions.add(session := f"session-{next(self._numbers)}")
            return 200, {"session_token": session}
        if request.headers.get("Session-Token") not in self.sessions:
            raise refused(401, "ERROR_SESSION_TOKEN_INVALID")
        return self._within(method, path, request)

    def _within(self, method: str, path: str, request: Request) -> tuple[int, Any]:
        if (method, path) == ("GET", "/getMyEntities"):
            return 200, {"myentities": [{"id": 0, "name": "Root entity"}, {"id": 3, "name": "Upazila"}]}
        if (method, path) == ("GET", "/search/Ticket"):
            return 200, self._search(request.query)
        if (method, path) == ("POST", "/Ticket"):
            return 201, {"id": self._create(request.body["input"]), "message": ""}
        if (method, path) == ("POST", "/ITILFollowup"):
            return 201, {"id": self._followup(request.body["input"], "monitor"), "message": ""}
        if found := re.fullmatch(r"/Ticket/(\d+)", path):
            ticket = self._known(int(found[1]))
            if method == "PUT":
                self._update(ticket, request.body["input"], "monitor")
                return 200, [{found[1]: True, "message": ""}]
            return 200, ticket
        if found := re.fullmatch(r"/Ticket/(\d+)/(ITILFollowup|ITILSolution)", path):
            return 200, self._page(int(found[1]), found[2], request.query)
        raise refused(400, "ERROR_RESOURCE_NOT_FOUND_NOR_COMMONDBTM")

    def _search(self, query: Any) -> dict[str, Any]:
        value = query.get("criteria[0][value]", "")
        found = [
            {"1": ticket["name"], "2": id_, "80": "Root entity > Upazila"}
            for id_, ticket in self._tickets.items()
            if query.get("criteria[0][field]") == "1" and value and value in ticket["name"]
        ]
        answer = {"totalcount": len(found), "count": len(found)}
        return {**answer, "data": found} if found else answer

    def _create(self, fields: dict[str, Any]) -> int:
        if fields.get("entities_id") != int(self.queue):
            raise refused(400, "ERROR_GLPI_ADD")
        id_ = next(self._numbers)
        self._tickets[id_] = {"id": id_, "status": 1, "is_deleted": 0, "name": fields["name"][:255]}
        self._touch(self._tickets[id_], "monitor")
        return id_

    def _followup(self, fields: dict[str, Any], who: str) -> int:
        ticket = self._known(int(fields["items_id"]))
        if ticket["status"] == CLOSED:
            raise refused(400, "ERROR_GLPI_ADD")
        if ticket["status"] == SOLVED and who == "monitor" and "_no_reopen" not in fields:
            ticket["status"] = 2
        return self._row("ITILFollowup", ticket, fields["content"], who)

    def _row(self, kind: str, ticket: dict[str, Any], content: str, who: str) -> int:
        id_ = next(self._numbers)
        row = {"id": id_, "itemtype": "Ticket", "items_id": ticket["id"], "users_id": who}
        self._rows[kind].append({**row, "content": html.escape(content)})
        self._touch(ticket, who)
        return id_

    def _page(self, ticket: int, kind: str, query: Any) -> list[dict[str, Any]]:
        rows = [row for row in self._rows[kind] if row["items_id"] == ticket]
        if query.get("order") == "DESC":
            rows.reverse()
        first, _, last = query.get("range", "0-50").partition("-")
        if int(first) and int(first) >= len(rows):
            raise refused(400, "ERROR_RANGE_EXCEED_TOTAL")
        return rows[int(first) : int(last) + 1]

    def _update(self, ticket: dict[str, Any], fields: dict[str, Any], who: str) -> None:
        ticket["status"] = int(fields["status"])
        self._touch(ticket, who)

    def _touch(self, ticket: dict[str, Any], who: str) -> None:
        ticket["users_id_lastupdater"], ticket["date_mod"] = who, stamp()[:19].replace("T", " ")

    def _known(self, id_: int) -> dict[str, Any]:
        if id_ not in self._tickets:
            raise refused(404, "ERROR_ITEM_NOT_FOUND")
        return self._tickets[id_]

    def tickets(self, number: str) -> list[str]:
        return [str(id_) for id_, ticket in self._tickets.items() if number in ticket["name"]]

    def forget(self, id_: str) -> None:
        with self._lock:
            del self._tickets[int(id_)]

    def status(self, id_: str) -> str:
        return str(self._tickets[int(id_)]["status"])

    def remarks(self, id_: str) -> list[tuple[str, str]]:
        rows = sorted(self._rows["ITILFollowup"] + self._rows["ITILSolution"], key=lambda row: int(row["id"]))
        return [(row["users_id"], html.unescape(row["content"])) for row in rows if row["items_id"] == int(id_)]

    def person_writes(self, id_: str, text: str) -> None:
        with self._lock:
            self._followup({"items_id": int(id_), "content": text}, PERSON)

    def person_solves(self, id_: str, text: str) -> None:
        """As people do it: with words about the solution."""
        with self._lock:
            self._row("ITILSolution", self._tickets[int(id_)], text, PERSON)
            self._update(self._tickets[int(id_)], {"status": SOLVED}, PERSON)

    def person_sets(self, id_: str, status: str) -> None:
        with self._lock:
            self._update(self._tickets[int(id_)], {"status": status}, PERSON)
