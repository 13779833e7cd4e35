"""Zammad as docs.zammad.org describes its REST API: tickets, articles, search, the account of a token."""

import re
import socket
from collections.abc import Callable
from itertools import count
from typing import Any

from tests.lab.desks import PERSON, TOKEN, PlayedDesk, Refusal, Request, stamp

API = "/api/v1"
STATES = ("new", "open", "pending reminder", "pending close", "closed", "merged", "removed")


class Zammad(PlayedDesk):
    """Two people: the account of the token, and Karim. ``lag``: words are not searched, as an index that is behind."""

    kind = "zammad"
    queue = "Service Desk"

    def __init__(self, host: str = "127.0.0.1", socket_maker: Callable[[], socket.socket] = socket.socket) -> None:
        super().__init__(host, socket_maker)
        self.lag = False
        self._ids = count(22_001)
        self._article_ids = count(3)
        self._times = count()
        self._tickets: dict[int, dict[str, Any]] = {}
        self._articles: dict[int, dict[str, Any]] = {}

    def answer(self, request: Request) -> tuple[int, Any]:
        if request.headers.get("Authorization") != f"Token token={TOKEN}":
            raise Refusal(401, {"error": "Invalid token!", "error_human": "Invalid token!"})
        path, method = request.path.removeprefix(API), request.method
        if (method, path) == ("GET", "/users/me"):
            return 200, {"id": 7, "login": "monitor", "groups": {"Service Desk": ["full"], "Sales": ["read"]}}
        if (method, path) == ("GET", "/tickets/search"):
            return 200, self._search(request.query)
        if (method, path) == ("POST", "/tickets"):
            return 201, self._create(request.body)
        if (method, path) == ("POST", "/ticket_articles"):
            ticket = self._known(int(request.body["ticket_id"]))
            return 201, self._article(ticket, request.body, "monitor")
        if found := re.fullmatch(r"/tickets/(\d+)", path):
            ticket = self._known(int(found[1]))
            if method == "PUT":
                self._update(ticket, request.body, "monitor")
            return 200, self._shown(ticket) if request.query.get("expand") else ticket
        if (found := re.fullmatch(r"/ticket_articles/(\d+)", path)) and int(found[1]) in self._articles:
            return 200, self._articles[int(found[1])]
        raise Refusal(404, {"error": "No route matches"})

    def _search(self, query: Any) -> dict[str, Any]:
        wanted = query.get("condition[ticket.title][value]") or ("" if self.lag else query.get("query", ""))
        found = {str(id_): ticket for id_, ticket in self._tickets.items() if wanted and wanted in str(ticket["title"])}
        ids = [int(id_) for id_ in found]
        return {"tickets": ids, "tickets_count": len(ids), "assets": {"Ticket": found} if found else {}}

    def _create(self, body: dict[str, Any]) -> dict[str, Any]:
        if body.get("group") != self.queue:
            raise Refusal(422, {"error": "No lookup value found for 'group': " + repr(body.get("group"))})
        if not body.get("customer_id"):
            raise Refusal(422, {"error": "Missing required value for field 'customer'!"})
        id_ = next(self._ids)
        ticket = {"id": id_, "title": body["title"], "group_id": 2, "customer_id": body["customer_id"]}
        ticket |= {"state": "new", "article_ids": []}
        self._tickets[id_] = ticket
        self._article(ticket, body["article"], "monitor")
        return ticket

    def _article(self, ticket: dict[str, Any], body: dict[str, Any], who: str) -> dict[str, Any]:
        id_ = next(self._article_ids)
        fields = {name: body.get(name, "") for name in ("subject", "body", "content_type", "type", "internal")}
        self._articles[id_] = {"id": id_, "ticket_id": ticket["id"], "from": f"{who.title()} <{who}@example.org>"}
        self._articles[id_] |= {**fields, "created_by": who}
        ticket["article_ids"].append(id_)
        self._touch(ticket, who)
        return self._articles[id_]

    def _update(self, ticket: dict[str, Any], body: dict[str, Any], who: str) -> None:
        state = body.get("state", ticket["state"])
        if state not in STATES:
            raise Refusal(422, {"error": f"No lookup value found for 'state': {state!r}"})
        if state.startswith("pending") and not body.get("pending_time"):
            raise Refusal(422, {"error": "Missing required value for field 'pending_time'!"})
        ticket["state"] = state
        self._touch(ticket, who)

    def _touch(self, ticket: dict[str, Any], who: str) -> None:
        ticket["updated_by"], ticket["updated_at"] = who, f"{stamp()}+{next(self._times)}"

    def _known(self, id_: int) -> dict[str, Any]:
        if id_ not in self._tickets:
            raise Refusal(404, {"error": f"Couldn't find Ticket with 'id'={id_}"})
        return self._tickets[id_]

    @staticmethod
    def _shown(ticket: dict[str, Any]) -> dict[str, Any]:
        return {**ticket, "group": "Service Desk", "created_by": "monitor"}

    def tickets(self, number: str) -> list[str]:
        return [str(id_) for id_, ticket in self._tickets.items() if number in ticket["title"]]

    def forget(self, id_: str) -> None:
        with self._lock:
            del self._tickets[int(id_)]

    def status(self, id_: str) -> str:
        return str(self._tickets[int(id_)]["state"])

    def remarks(self, id_: str) -> list[tuple[str, str]]:
        """The first message is none."""
        articles = [self._articles[article] for article in self._tickets[int(id_)]["article_ids"][1:]]
        return [(str(article["created_by"]), f"{article['subject']} {article['body']}") for article in articles]

    def person_writes(self, id_: str, text: str) -> None:
        with self._lock:
            body = {"subject": "", "body": text, "content_type": "text/html", "type": "note", "internal": True}
            self._article(self._tickets[int(id_)], body, PERSON)

    def person_sets(self, id_: str, status: str) -> None:
        with self._lock:
            self._update(self._tickets[int(id_)], {"state": status, "pending_time": stamp()}, PERSON)
