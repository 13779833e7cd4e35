"""Show how the monitor itself is: probing, letters, the database and its copies, the clock, the configuration.

Letters are sent again from here, a copy of the database is made, and a bundle for support is given out.
"""

import asyncio
import json
import platform
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from importlib.metadata import version
from typing import Any

from starlette.responses import Response

from monitor.alerts.cases import actions
from monitor.alerts.cases.refusals import BadInput, NotAllowed
from monitor.doctor.checks import CHECKS
from monitor.doctor.disk import FULL_SOON_DAYS, Disk, measure
from monitor.doctor.finding import LEVELS, Examined, Level
from monitor.domain.leases import shard_of
from monitor.domain.message import Message, message, said_by
from monitor.domain.roles import Right
from monitor.domain.text import ascii_digits
from monitor.metrics.notices import MailPath, mail_path
from monitor.net.pool import Pool
from monitor.store import acts, notice_queries
from monitor.store.errors import SQLAlchemyError, StoreError
from monitor.store.notice_queries import NoticeView
from monitor.store.opening import BACKUPS
from monitor.store.retention import back_up
from monitor.store.session import Session
from monitor.web.console.asked import Asked, PageRoute
from monitor.web.console.console import Console
from monitor.web.console.dispatch import refused_page

LATE_S = 0.1  # a round that begins later than that after its due time is late
MOST_NOTICES = 20
WHOLE = message("It concerns every union, and you are in charge of a part.")


@dataclass(frozen=True, slots=True)
class Probing:
    """The rounds since the start. ``late``: the share that began more than LATE_S after its time, 0 to 1."""

    rounds: int
    unknown: int
    late: float


def routes(console: Console) -> list[PageRoute]:
    """Return the routes of this page."""
    copying = Pool("copy of the database", threads=1, backlog=1)

    async def show(asked: Asked) -> Response:
        path, dead, pending = await _letters(console)
        disk = await asyncio.wrap_future(
            console.reading.submit(measure, console.store.state, asked.now_utc, console.store)
        )
        may_see = asked.visitor.may(Right.RESEND)  # addresses of people may stand in what a mail server said
        may_see_all = may_see and not asked.visitor.node  # it said so of any office's letters
        live = console.live
        examined = _examined(console)
        return console.page(
            asked,
            "health.html.j2",
            probing=_probing(console),
            snmp=dict(live.snmp_readings),
            traps=dict(live.traps),
            unread=sorted(device for device, state in dict(live.snmp).items() if state.outcome != "ok")[:MOST_NOTICES],
            path=path,
            late_s=path.late_s(asked.now_utc) if path else 0.0,
            dead=dead if may_see else (),
            pending=pending if may_see else (),
            away={channel: why if may_see_all else "" for channel, why in live.channels_away.items()},
            sends=live.sends,
            disk=disk,
            verdict=live.verdict,
            is_whole=not asked.visitor.node,
            troubles=[*live.store_faults, *([live.store_refuses] if live.store_refuses else [])],
            clock_suspect=live.clock_suspect,
            # Words name people and places, of all offices.
            examined=examined if asked.visitor.may(Right.AUDIT) and not asked.visitor.node else [],
            level_words={level: Message(words) for level, words in LEVELS.items()},
            has_errors=any(each.level is Level.ERROR for _, each in examined),
            version=version("upazila-monitor"),
            python=platform.python_version(),
            uptime=timedelta(seconds=(live.clock.mono_ns() - live.started_mono_ns) // 10**9),
            helpdesk=console.office.helpdesk.key,
            daemons=live.leases.members(),
            duties=sorted(each.name for each in live.leases.own() if shard_of(each.name) is None),
            sites=len(live.fleet.sites),
            devices=len(live.fleet.devices),
            may_act=may_see and asked.visitor.scope.is_all,
            may_copy=may_see and asked.visitor.is_for_all,
            is_full_soon=disk.days_left is not None and disk.days_left < FULL_SOON_DAYS,
            at=datetime.fromisoformat,
        )

    async def resend(asked: Asked) -> Response:
        if not asked.visitor.scope.is_all:
            return refused_page(console, asked, 403, WHOLE)
        id_ = ascii_digits(asked.field("id"))
        if not id_.isdigit() or len(id_) > 15:
            raise BadInput("id", message("which letter? Expected its number"))
        await console.act(asked, lambda work: actions.resend(work, int(id_)), changed=("health",))
        return console.back(asked, "/health", message("The letter will be sent again."))

    async def copy(asked: Asked) -> Response:
        if not asked.visitor.is_for_all:
            return refused_page(console, asked, 403, WHOLE)
        if copying.jobs:
            raise NotAllowed(message("a copy is being made already"))
        keep = max(console.settings_of().monitor.storage.backups, 1)
        folder = console.store.state / BACKUPS
        await console.act(asked, lambda work: acts.record(work, "backup.create", "", {}, {}), changed=("health",))
        try:
            made = await asyncio.wrap_future(copying.submit(back_up, console.store.place, folder, asked.now_utc, keep))
        except (OSError, StoreError, SQLAlchemyError) as error:
            raise NotAllowed(message("the copy could not be made: {why}", why=said_by(error))) from None
        name = made.name if made else ""
        done = message("The database is copied, and the copy was examined: {name}", name=name)
        return console.back(asked, "/health", done)

    async def bundle(asked: Asked) -> Response:
        path, _, _ = await _letters(console)
        disk = await asyncio.wrap_future(
            console.reading.submit(measure, console.store.state, asked.now_utc, console.store)
        )
        document = _bundle(console, asked.now_utc, path, disk, with_addresses=asked.field("addresses") == "on")
        text = json.dumps(document, ensure_ascii=False, indent=2, default=str)
        headers = {"content-disposition": f'attachment; filename="support-{asked.now_utc:%Y%m%d}.json"'}
        return Response(text, media_type="application/json", headers=headers)

    return [
        PageRoute("/health", Right.HEALTH, get=show),
        PageRoute("/health/resend", Right.RESEND, post=resend, session=True),
        PageRoute("/health/copy", Right.RESEND, post=copy, session=True),
        PageRoute("/health/bundle", Right.AUDIT, post=bundle, session=True),
    ]


async def _letters(console: Console) -> tuple[MailPath | None, Sequence[NoticeView], Sequence[NoticeView]]:
    """Return the mail path, letters that were given up, and those that wait; nothing while the database is away."""

    def lists(session: Session) -> tuple[list[NoticeView], list[NoticeView]]:
        dead = notice_queries.listed(session, dead=True, limit=MOST_NOTICES)
        pending = notice_queries.listed(session, pending=True, limit=MOST_NOTICES)
        return dead, pending

    def path() -> MailPath:
        return mail_path(console.store, console.live, console.clock.utc())

    try:
        dead, pending = await console.read(lists)
        return await asyncio.wrap_future(console.reading.submit(path)), dead, pending
    except SQLAlchemyError:
        return None, (), ()


def _examined(console: Console) -> list[tuple[Message, Examined]]:
    """Return what each check found when it last looked, with its title; first what matters most."""
    every = {} if console.examiner is None else console.examiner.examined
    titled = [(Message(CHECKS[name].title), every[name]) for name in CHECKS if name in every]
    return sorted(titled, key=lambda each: -each[1].level.rank)


def _probing(console: Console) -> Probing:
    live = console.live
    cumulative = dict(live.round_lateness.buckets())
    in_time, total = cumulative[str(LATE_S)], cumulative["+Inf"]
    rounds = sum(live.taken.values())
    return Probing(rounds, sum(live.unknown.values()), 1 - in_time / total if total else 0.0)


def _bundle(
    console: Console, now_utc: datetime, path: MailPath | None, disk: Disk, *, with_addresses: bool
) -> dict[str, Any]:
    """Return what helps to find a fault from afar: figures and outcomes, no names of people, no secret, no text."""
    live = console.live
    found: dict[str, Any] = {
        "generated": now_utc.isoformat(),
        "version": version("upazila-monitor"),
        "python": platform.python_version(),
        "system": f"{platform.system()} {platform.release()} {platform.machine()}",
        "uptime_s": (live.clock.mono_ns() - live.started_mono_ns) // 10**9,
        "sites": len(live.fleet.sites),
        "devices": len(live.fleet.devices),
        "probing": {
            "rounds": dict(live.taken),
            "unknown": dict(live.unknown),
            "late_counts": list(live.round_lateness.counts),
            "lag_counts": list(live.lag.counts),
            "rejected": live.icmp.rejected(),
        },
        "snmp": {"readings": dict(live.snmp_readings), "rejected": dict(live.snmp_rejected), "traps": dict(live.traps)},
        "outcomes": dict(_outcomes(console)),
        "letters": {"owed": path.outbox.owed, "dead": path.outbox.dead, "faulty": path.outbox.faulty} if path else None,
        "channels_away": sorted(live.channels_away),
        "database": {"bytes": disk.database, "free": disk.free, "copies": disk.copies, "copied": disk.copied_utc},
        "store_faults": len(live.store_faults),
        "store_refuses": bool(live.store_refuses),
        "clock_suspect": live.clock_suspect,
        "configuration_refused": bool(live.verdict.refused),
    }
    if with_addresses:
        found["addresses"] = {device.id: str(device.address) for device in live.fleet.devices.values()}
    return found


def _outcomes(console: Console) -> Iterator[tuple[str, str]]:
    yield from ((device, str(state.outcome)) for device, state in sorted(dict(console.live.snmp).items()))
