"""Show who did what: acts of people by filter, as a table for spreadsheets, and whether all is as it was recorded."""

import asyncio
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from datetime import date, datetime, timedelta
from typing import Any

from starlette.responses import Response

from monitor.charter.offices import ALONE
from monitor.domain.clock import DHAKA
from monitor.domain.csv_text import BYTE_ORDER_MARK, csv_text
from monitor.domain.roles import Right
from monitor.domain.text import ascii_digits
from monitor.i18n import formats
from monitor.i18n.act_terms import ACTS, FACTS, ROOMS, VIAS
from monitor.i18n.catalogue import tr
from monitor.i18n.languages import Lang, languages, own_name
from monitor.i18n.terms import ROLES, TICKET_STATES, WAYS
from monitor.net.pool import Pool
from monitor.store import act_rows, acts
from monitor.store.act_rows import ActDocument, ActFilter, act_document
from monitor.store.audit_chain import Audit, verify
from monitor.store.offices import on_behalf_of
from monitor.store.session import Session
from monitor.store.work import Work
from monitor.web.console.asked import Asked, PageRoute
from monitor.web.console.console import Console

PAGE = 50
MOST_EXPORTED = 100_000
LONGEST_VALUE = 120  # characters
FILTERS = ("of", "actor", "kind", "about", "via", "from", "to")
VALUES: Mapping[str, Mapping[str, str]] = {"state": TICKET_STATES, "role": ROLES, "way": WAYS}
"""What values of facts are called, by the fact's key."""
OF_THE_WHOLE = "whole"
"""The filter ``of`` for acts that concern the installation and no office of it: its own chain has them."""


def routes(console: Console) -> list[PageRoute]:
    """Return the routes of this page."""
    verifying = Pool("audit", threads=1, backlog=4)  # a walk along a long chain keeps no other page waiting

    def sees_whole(asked: Asked) -> bool:
        return console.whole is not None and not asked.visitor.node

    def typed_in(asked: Asked, field: Callable[[str], str]) -> dict[str, str]:
        typed = {name: field(name) for name in FILTERS}
        return typed if sees_whole(asked) else typed | {"of": ""}

    async def verified(typed: Mapping[str, str]) -> Audit:
        def walks() -> Audit:
            with console.store.read() as session, _chosen(typed, session):
                return verify(session)

        return await asyncio.wrap_future(verifying.submit(walks))

    async def show(asked: Asked) -> Response:
        typed = typed_in(asked, asked.query)
        wanted, before = _filter(asked, typed), asked.row_id("before")

        def reads(session: Session) -> tuple[list[ActDocument], int, Sequence[str], Sequence[str]]:
            with _chosen(typed, session):
                rows = [act_document(row) for row in act_rows.listed(session, wanted, PAGE + 1, before)]
                return rows, act_rows.counted(session, wanted), act_rows.actors(session), act_rows.kinds(session)

        found, count, actors, kinds = await console.read(reads)
        rooms = dict.fromkeys(kind.partition(".")[0] for kind in kinds)
        return console.page(
            asked,
            "audit.html.j2",
            typed=typed,
            acts=[(act, list(changes(act, asked.lang))) for act in found[:PAGE]],
            following=found[PAGE - 1]["id"] if len(found) > PAGE else None,
            count=count,
            actors=actors,
            rooms=[(room, ROOMS[room]) for room in rooms if room in ROOMS],
            ways=VIAS,
            words=ACTS,
            verified=await verified(typed) if asked.query("verify") else None,
            is_own=not asked.visitor.scope.is_all,
            sees_whole=sees_whole(asked),
            link=_link,
            at=datetime.fromisoformat,
        )

    async def export(asked: Asked) -> Response:
        typed = typed_in(asked, asked.field)
        wanted = _filter(asked, typed)

        def takes(work: Work) -> str:
            with _chosen(typed, work.session):
                rows = [act_document(row) for row in act_rows.listed(work.session, wanted, MOST_EXPORTED)]
            given = {name: value for name, value in typed.items() if value}
            acts.record(work, "audit.export", "", {}, {"rows": len(rows), **given})
            return _table(rows)

        name = f"audit-{asked.now_utc.astimezone(DHAKA):%Y%m%d-%H%M}.csv"
        headers = {"content-disposition": f'attachment; filename="{name}"'}
        table = await console.act(asked, takes, changed=("audit",))
        return Response(BYTE_ORDER_MARK + table, media_type="text/csv", headers=headers)

    return [
        PageRoute("/audit", Right.AUDIT, get=show, session=True),
        PageRoute("/audit/export", Right.AUDIT, post=export, session=True),
    ]


def _chosen(typed: Mapping[str, str], session: Session) -> AbstractContextManager[None]:
    """Make it a session of what was chosen within the block: the office's own acts, or the installation's."""
    return on_behalf_of(session, ALONE) if typed["of"] == OF_THE_WHOLE else nullcontext()


def _filter(asked: Asked, typed: Mapping[str, str]) -> ActFilter:
    """Return what is asked for; whoever is in charge of a part of the office sees only their own acts."""
    visitor = asked.visitor
    return ActFilter(
        typed["actor"] if visitor.scope.is_all else visitor.name,
        typed["kind"],
        typed["about"],
        typed["via"],
        _day(typed["from"], 0),
        _day(typed["to"], 1),
    )


def _day(text: str, days: int) -> datetime | None:
    """Return the beginning of a day of the office's clock, or of the one ``days`` later; None for no day."""
    try:
        found = date.fromisoformat(ascii_digits(text))
        return datetime(found.year, found.month, found.day, tzinfo=DHAKA) + timedelta(days=days)
    except (ValueError, OverflowError):
        return None


def _link(act: ActDocument) -> str:
    """Return the page of what the act is about; '' where it has none."""
    room, about = act["kind"].partition(".")[0], act["about"]
    pages = {"ticket": f"/tickets/{about}", "plan": f"/maintenance#{about}", "site": f"/sites/{about}"}
    pages |= {"calendar": "/calendar", "report": f"/reports/{about}" if about.isdigit() else f"/tickets/{about}"}
    return pages.get(room, "") if about else ""


def changes(act: ActDocument, lang: Lang) -> Iterator[tuple[str, str, str]]:
    """Yield each fact that the act changed: its name, and what it was and is, '' for nothing, in words.

    What was nothing before and is nothing now (most of what a new user may have) is left out.
    """
    for key in dict.fromkeys([*act["before"], *act["after"]]):
        if not (_is_said(act["before"].get(key)) or _is_said(act["after"].get(key))):
            continue
        name = tr(lang, FACTS[key]) if key in FACTS else key
        before, after = (_said(key, side[key], lang) if key in side else "" for side in (act["before"], act["after"]))
        yield name, before, after


def _is_said(value: object) -> bool:
    return value not in (None, "", [], {})


def _said(key: str, value: Any, lang: Lang) -> str:
    if not _is_said(value):
        return "–"
    if isinstance(value, bool):
        return tr(lang, "yes") if value else tr(lang, "no")
    if isinstance(value, list):
        return ", ".join(_said(key, each, lang) for each in value)
    if isinstance(value, dict):
        return json.dumps(value, ensure_ascii=False)[:LONGEST_VALUE]
    if isinstance(value, str):
        if key in VALUES and value in VALUES[key]:
            return tr(lang, VALUES[key][value])
        if key == "lang" and value in languages():
            return own_name(value)
        if key.endswith("_utc") or key in {"begins", "ends", "until", "clock"}:
            return _moment(value, lang)
        return value if len(value) <= LONGEST_VALUE else f"{value[:LONGEST_VALUE]}…"
    return formats.digits(value, lang)


def _moment(text: str, lang: Lang) -> str:
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return text[:LONGEST_VALUE]
    return formats.moment_text(found if found.tzinfo else found.replace(tzinfo=DHAKA), lang)


def _table(found: list[ActDocument]) -> str:
    columns = ("id", "at_utc", "actor", "via", "address", "kind", "about", "before", "after", "hash")
    rows = (dict(act) for act in found)
    return csv_text(columns, ([_cell(row[name]) for name in columns] for row in rows))


def _cell(value: object) -> object:
    return json.dumps(value, ensure_ascii=False) if isinstance(value, dict) else value
