"""Decisions of judging as lines of the log, in English and UTC."""

from functools import partial

from monitor.i18n.reasons import reason_text
from monitor.judging.decisions import (
    Affected,
    Decision,
    DeviceEvent,
    Excused,
    ExcusedNoMore,
    FlappingChanged,
    MonitoringGap,
    NoLongerAffected,
    OutageClosed,
    OutageOpened,
    OutageUpdated,
    SiteChanged,
    UplinkBack,
    UplinkLost,
    WorkstationSeen,
)

words = partial(reason_text, lang="en")


def describe(decision: Decision) -> str:  # noqa: PLR0912 (one branch a kind)
    """A decision as one line of a log; times in UTC."""
    match decision:
        case OutageOpened(site, started, _, _, seen, cause, why):
            suspected = f"; suspected cause: {cause} ({words(why)})" if cause else ""
            return f"{site}: outage since {started:%Y-%m-%d %H:%M:%S}Z ({words(seen) or 'no answer'}){suspected}"
        case OutageClosed(site, ended, reason):
            return f"{site}: outage over since {ended:%Y-%m-%d %H:%M:%S}Z ({reason})"
        case OutageUpdated(site, seen, cause, why, evidence):
            parts = [words(seen)] * bool(seen) + [f"suspected cause: {cause} ({words(why)})"] * bool(cause)
            parts += [f"the way to {way.device} was traced" for way in evidence.ways]
            return f"{site}: more is known of its outage: {'; '.join(parts)}"
        case Affected(site, root, since):
            return f"{site}: silent behind {root} since {since:%Y-%m-%d %H:%M:%S}Z"
        case NoLongerAffected(site, until):
            return f"{site}: judged by itself again since {until:%Y-%m-%d %H:%M:%S}Z"
        case SiteChanged(site, state, since):
            return f"{site}: {state} since {since:%Y-%m-%d %H:%M:%S}Z"
        case UplinkLost(group, since):
            return f"blind behind '{group}' since {since:%Y-%m-%d %H:%M:%S}Z: all its references are silent"
        case UplinkBack(group, since, until):
            return f"sight behind '{group}' again: {since:%Y-%m-%d %H:%M:%S}Z to {until:%H:%M:%S}Z is unmonitored"
        case FlappingChanged(site, flapping, share, _):
            return f"{site}: {'flaps' if flapping else 'has settled down'} ({share:.0%} of its last results changed)"
        case Excused(site, since, _, why):
            return f"{site}: silent since {since:%Y-%m-%d %H:%M:%S}Z, but no outage begins: {words(why)}"
        case ExcusedNoMore(site, until):
            return f"{site}: excused no longer since {until:%Y-%m-%d %H:%M:%S}Z"
        case MonitoringGap(since, until, why):
            return f"nobody watched from {since:%Y-%m-%d %H:%M:%S}Z to {until:%H:%M:%S}Z: {words(why)}"
        case WorkstationSeen(site, at):
            return f"{site}: a workstation answered {at:%Y-%m-%d %H:%M:%S}Z, the first of its day"
        case DeviceEvent(site, device, kind, reason, _):
            return f"{device or site}: {kind.replace('_', ' ')}: {words(reason)}"
