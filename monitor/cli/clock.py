"""Run `clock`: whether the machine's clock is trusted, and why; and `clock trust`, an operator's confirmation."""

from datetime import datetime
from typing import TYPE_CHECKING

import typer

from monitor.cli.console import print_json
from monitor.cli.dates import local
from monitor.cli.errors import acting, settings_in_force, store_of
from monitor.cli.language import _
from monitor.cli.options import Actor, AsJson, by_command

if TYPE_CHECKING:
    from monitor.cli.documents import ClockDocument
    from monitor.judging.clock_trust import ClockReading, ClockTrust
    from monitor.settings.load import Settings

app = typer.Typer(
    help="Show whether this machine's clock is trusted, and if not, until when; `trust` declares it right."
)


def now_of(settings: "Settings") -> datetime:
    """Return the time by which to date what a command does, in UTC: the daemon's trusted time, if one runs.

    So nothing is dated by a clock that the daemon does not trust.
    """
    from monitor.store.board_state import last_trust
    from monitor.store.lock import daemon_runs

    now = _look()
    if not daemon_runs(settings.state):
        return now.utc
    with store_of(settings) as store, store.read() as session:
        return _date(now, last_trust(session, settings.daemon))


def _date(now: "ClockReading", trust: "ClockTrust | None") -> datetime:
    from monitor.judging.clock_trust import same_boot

    if trust is None or not (trust.suspect or same_boot(trust.last, now)):
        return now.utc
    return trust.date(now.utc, now.boot_ns)


def _look() -> "ClockReading":
    from monitor.domain.clock import SystemClock
    from monitor.runtime.trusted_clock import TrustedClock, boot_id

    return TrustedClock(SystemClock(), boot_id()).look()


@app.callback(invoke_without_command=True)
def clock(context: typer.Context, as_json: AsJson = False) -> None:
    """Says what the clock says, whether the daemon believes it, and what would make it."""
    if context.invoked_subcommand is not None:
        return
    from monitor.store.board_state import last_trust

    settings = settings_in_force(context.obj)
    with store_of(settings) as store, store.read() as session:
        found = _state(_look(), last_trust(session, settings.daemon), now_of(settings))
    if as_json:
        print_json(found)
        return
    print(_("This machine's clock: {time} (Dhaka)", time=local(found["wall_utc"])))
    print(_("The daemon's time: {time} (Dhaka)", time=local(found["believed_utc"])))
    print(_("Set by NTP: yes") if found["ntp_synchronised"] else _("Set by NTP: no"))
    if not found["suspect"]:
        print(_("The clock is trusted."))
        return
    print(_("The clock is not trusted: by it nothing is escalated, resolved, mailed or deleted."))
    ways = [
        _("as soon as NTP sets it (where it did not before)"),
        _("at once, by `upazila-monitor clock trust`"),
    ]
    if found["believed_from_utc"]:
        time = local(found["believed_from_utc"])
        ways.insert(0, _("by itself at {time} (Dhaka), if it does not jump again until then", time=time))
    print(_("It will be trusted again:"))
    for way in ways:
        print(f"  {way}")


def _state(now: "ClockReading", trust: "ClockTrust | None", believed_utc: datetime) -> "ClockDocument":
    from datetime import timedelta

    from monitor.judging.clock_trust import PROVED_AFTER_NS, WRITTEN_UTC, same_boot

    proved_utc = None
    if trust is not None and trust.suspect_since_boot_ns is not None and same_boot(trust.last, now):
        left_ns = trust.suspect_since_boot_ns + PROVED_AFTER_NS - now.boot_ns
        if now.utc >= WRITTEN_UTC:
            proved_utc = now.utc + timedelta(microseconds=left_ns / 1_000)
    return {
        "wall_utc": now.utc.isoformat(),
        "believed_utc": believed_utc.isoformat(),
        "suspect": trust is not None and trust.suspect,
        "ntp_synchronised": now.synchronised,
        "believed_from_utc": proved_utc.isoformat() if proved_utc else None,
    }


@app.command()
def trust(context: typer.Context, actor: Actor = "") -> None:
    """Declare the clock right as it is: the daemon trusts it within seconds, until it jumps again."""
    from monitor.alerts.cases import actions

    settings, now = settings_in_force(context.obj), _look()
    dated_utc = now_of(settings)
    with store_of(settings) as store, acting({}), store.write_once() as session:
        actions.trust_clock(by_command(session, settings, dated_utc, actor), now)
    print(_("The clock is right: {time} (Dhaka). The daemon uses it within seconds.", time=local(now.utc.isoformat())))
