"""Write what was observed of an outage, in Bangla and English: reasons, evidence, the hour before."""

from collections.abc import Iterator

from monitor.alerts.facts.case import Outage
from monitor.domain.evidence import Evidence, Hour, LastGood, SnmpSaid, Way
from monitor.domain.message import N_
from monitor.domain.reasons import TIMEOUT, Reason
from monitor.i18n import formats
from monitor.i18n.catalogue import tr
from monitor.i18n.formats import DHAKA
from monitor.i18n.languages import Lang
from monitor.i18n.reasons import reason_text
from monitor.i18n.terms import CAUSES, PORT_STATES


def seen_text(seen: Reason | None, lang: Lang) -> str:
    """Return what was observed; nothing for a plain timeout, which is what an outage is."""
    return "" if seen == TIMEOUT else reason_text(seen, lang)


def cause_text(outage: Outage, lang: Lang) -> str:
    """Return the suspected cause and why."""
    if outage.cause not in CAUSES:
        return ""
    why = reason_text(outage.cause_why, lang)
    return f"{tr(lang, CAUSES[outage.cause])} ({why})" if why else tr(lang, CAUSES[outage.cause])


def last_good_text(last: LastGood | None, lang: Lang) -> str:
    """Return when the last answer came, its time and its loss."""
    if last is None:
        return ""
    figures = [formats.ms_text(last.rtt_ms, lang)] if last.rtt_ms is not None else []
    figures.append(loss_text(last.loss, lang))
    return f"{formats.moment_text(last.at, lang)} ({', '.join(figures)})"


def hour_text(hour: Hour | None, lang: Lang) -> str:
    """Return the chart of the hour before, and its figures below."""
    if hour is None:
        return ""
    return f"{hour.chart}\n{hour_figures(hour, lang)}"


def hour_figures(hour: Hour, lang: Lang) -> str:
    """Return the share lost, and the times of answers."""
    figures = [loss_text(hour.loss, lang)]
    usual = hour.rtt_ms_mean if hour.rtt_ms_mean is not None else hour.rtt_ms_median
    if usual is not None and hour.rtt_ms_max is not None:
        is_mean = hour.rtt_ms_mean is not None
        middle = N_("mean {time}") if is_mean else N_("median {time}")
        figures += [tr(lang, middle, time=formats.ms_text(usual, lang))]
        figures += [tr(lang, "slowest {time}", time=formats.ms_text(hour.rtt_ms_max, lang))]
    return ", ".join(figures)


def loss_text(loss: float, lang: Lang) -> str:
    """Return 'packet loss 3%'."""
    return tr(lang, "packet loss {share:.0%}", share=loss)


def snmp_text(evidence: Evidence, lang: Lang) -> str:
    """Return the last SNMP readings of the site's devices; of stored version 1 only in English."""
    text = "; ".join(filter(None, (_snmp_said(said, lang) for said in evidence.snmp)))
    return text or (evidence.snmp_en if lang == "en" else "")


def _snmp_said(said: SnmpSaid, lang: Lang) -> str:
    parts = list(_snmp_parts(said, lang))
    if not parts:
        return ""
    at = formats.digits(f"{said.at.astimezone(DHAKA):%H:%M}", lang) if said.at else ""
    return f"{said.device}{f' ({at})' if at else ''}: {', '.join(parts)}"


def _snmp_parts(said: SnmpSaid, lang: Lang) -> Iterator[str]:
    if said.uptime_s is not None:
        days, hours = said.uptime_s // 86_400, said.uptime_s // 3_600 % 24
        yield tr(lang, "up for {days} d {hours} h", days=days, hours=hours)
    for port in said.ports:
        state = tr(lang, PORT_STATES.get(port.status, port.status))
        yield tr(lang, "{port} {state}", port=port.name, state=state)
    if said.on_battery:
        yield tr(lang, "UPS on battery")
    if said.battery_minutes is not None:
        yield tr(lang, "UPS {minutes} min left", minutes=said.battery_minutes)


def ways_text(evidence: Evidence, lang: Lang) -> str:
    """Return the route to each device in a line; of stored version 1 only in English."""
    text = "\n".join(way_text(way, lang) for way in evidence.ways)
    return text or ("\n".join(evidence.ways_en) if lang == "en" else "")


def way_text(way: Way, lang: Lang) -> str:
    """Return 'gateway: 1 10.0.0.1, 2 10.1.0.1, then nothing'."""
    steps = ", ".join(f"{formats.digits(distance, lang)} {address}" for distance, address in way.hops)
    if not steps:
        steps = tr(lang, "nothing answers")
    elif not way.reached:
        steps = tr(lang, "{steps}, then nothing", steps=steps)
    return f"{way.device}: {steps}"
