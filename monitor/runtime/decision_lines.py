"""Decisions of judging as events of the log, in English and UTC."""

import logging
from datetime import datetime
from functools import partial

from monitor.domain.log_events import LogEvent
from monitor.i18n.reasons import reason_text
from monitor.judging.decisions import (
    Affected,
    Decision,
    DeviceEvent,
    FlappingChanged,
    MonitoringGap,
    NoLongerAffected,
    OutageClosed,
    OutageOpened,
    OutageSuppressed,
    OutageUpdated,
    SiteChanged,
    SuppressionEnded,
    UplinkBack,
    UplinkLost,
    WorkstationSeen,
)
from monitor.judging.health import State
from monitor.logs.emit import emit

log = logging.getLogger(__name__)

words = partial(reason_text, lang="en")


def log_decision(decision: Decision) -> None:  # noqa: PLR0912, PLR0915 (one branch a kind)
    """Log a decision; times in UTC."""
    match decision:
        case OutageOpened(site, started, _, _, seen, cause, why):
            text, since = "%s: outage since %s (%s)%s", _utc(started)
            suspected = f"; suspected cause: {cause} ({words(why)})" if cause else ""
            answer = words(seen) or "no answer"
            emit(log, LogEvent.OUTAGE_OPENED, text, site, since, answer, suspected, site=site, cause=cause or "")
        case OutageClosed(site, ended, reason):
            text = "%s: outage over since %s (%s)"
            emit(log, LogEvent.OUTAGE_CLOSED, text, site, _utc(ended), reason, site=site, reason=reason)
        case OutageUpdated(site, seen, cause, why, evidence):
            parts = [words(seen)] * bool(seen) + [f"suspected cause: {cause} ({words(why)})"] * bool(cause)
            parts += [f"the path to {way.device} was traced" for way in evidence.ways]
            text = "%s: more is known of its outage: %s"
            emit(log, LogEvent.OUTAGE_UPDATED, text, site, "; ".join(parts), site=site, cause=cause or "")
        case Affected(site, root, since):
            text = "%s: unreachable behind %s since %s"
            emit(log, LogEvent.SITE_UNREACHABLE, text, site, root, _utc(since), site=site, behind=root)
        case NoLongerAffected(site, until):
            emit(log, LogEvent.SITE_REACHABLE, "%s: judged by its own answers since %s", site, _utc(until), site=site)
        case SiteChanged(site, State.DEGRADED, since):
            emit(log, LogEvent.SITE_DEGRADED, "%s: degraded since %s", site, _utc(since), site=site)
        case SiteChanged(site, state, since):
            text = "%s: %s since %.19sZ"  # written by the log, where anybody wants it: a start has one of each site
            emit(log, LogEvent.SITE_STATE, text, site, state, since, site=site, state=state)
        case UplinkLost(group, since):
            text = "nothing behind '%s' is judged since %s: all its references are silent"
            emit(log, LogEvent.UPLINK_LOST, text, group, _utc(since), uplink=group)
        case UplinkBack(group, since, until):
            text = "what lies behind '%s' is judged again: %s to %s is unmonitored"
            emit(log, LogEvent.UPLINK_BACK, text, group, _utc(since), _utc(until), uplink=group)
        case FlappingChanged(site, True, share, _):
            text = "%s: unstable (%.0f%% of its last results changed)"
            emit(log, LogEvent.SITE_UNSTABLE, text, site, share * 100, site=site)
        case FlappingChanged(site, _, share, _):
            text = "%s: no longer unstable (%.0f%% of its last results changed)"
            emit(log, LogEvent.SITE_STABLE, text, site, share * 100, site=site)
        case OutageSuppressed(site, since, kind, why):
            text = "%s: silent since %s, but no outage begins: %s"
            emit(log, LogEvent.OUTAGE_SUPPRESSED, text, site, _utc(since), words(why), site=site, kind=kind)
        case SuppressionEnded(site, until):
            emit(log, LogEvent.SUPPRESSION_ENDED, "%s: in no downtime since %s", site, _utc(until), site=site)
        case MonitoringGap(since, until, why):
            text = "nothing was monitored from %s to %s: %s"
            emit(log, LogEvent.MONITORING_GAP, text, _utc(since), _utc(until), words(why))
        case WorkstationSeen(site, at):
            text = "%s: a workstation answered %s, the first of its day"
            emit(log, LogEvent.WORKSTATION_SEEN, text, site, _utc(at), site=site)
        case DeviceEvent(site, device, kind, reason, _):
            text, what = "%s: %s: %s", kind.replace("_", " ")
            where = device or site
            emit(log, LogEvent.DEVICE_EVENT, text, where, what, words(reason), site=site, device=device, kind=kind)


def _utc(at: datetime) -> str:
    return f"{at.isoformat(' ', 'seconds')[:19]}Z"
