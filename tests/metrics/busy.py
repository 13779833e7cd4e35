"""An office where everything that is shown happens: outages, labs, services, devices that are read by SNMP."""

import json
from dataclasses import replace
from pathlib import Path

from monitor.alerts.notices.brief_facts import morning_facts
from monitor.alerts.notices.outbox import new_notice
from monitor.charter.office import Office
from monitor.configuration import KINDS
from monitor.domain.downtime import never
from monitor.domain.notice_kinds import MORNING
from monitor.domain.sample import Sample, Verdict
from monitor.judging.snmp import SnmpState
from monitor.probes.icmp.packets import Rejected
from monitor.probes.snmp.modules import Series
from monitor.probes.snmp.reading import Facts, Reading
from monitor.runtime.live import ServiceState
from monitor.settings.fleet import Fleet
from monitor.settings.helpdesk_section import Helpdesk
from monitor.settings.modules_section import MetricEntry, shipped_modules
from monitor.settings.sites_file import SitesFile
from monitor.store.work import Work
from tests.places import RECORDINGS
from tests.told import said
from tests.web.desk import Desk

HOSTILE = '"}\n\\\x1b[2J\u202e<script> upazila_site_state{site="x"} 1\n# TYPE' + "x" * 500
MORE = {
    "hub": {
        "kind": "backbone",
        "name_bn": 'হাব "ক"',
        "name_en": "Hub \\ one",
        "position": (24.02, 88.99),
        "devices": {
            "router": {"address": "127.0.9.1", "snmp": "core"},
            "ups": {"address": "127.0.9.2", "snmp": "core"},
            "olt": {"address": "127.0.9.3", "snmp": "core"},
            "old": {"address": "127.0.9.4", "snmp": "core"},
        },
        "services": {
            "portal": {"kind": "http", "url": "https://hub.example/"},
            "door": {"kind": "tcp", "port": 22},
        },
    },
    "room": {
        "kind": "lab",
        "name_bn": "কক্ষ",
        "name_en": "Room",
        "parent": "hub",
        "devices": {
            "gateway": {"address": "127.0.9.5"},
            "pc-1": {"address": "127.0.9.6", "role": "workstation"},
            "pc-2": {"address": "127.0.9.7", "role": "workstation"},
        },
    },
}


def recording(name: str) -> Reading:
    """What a real device once answered."""
    told = json.loads((RECORDINGS / f"{name}.json").read_text(encoding="utf-8"))
    return Reading(told["system"], told["ports"], told["ups"])


def of_modules() -> list[Series]:
    """Two rows, or the only value, of everything that the shipped modules ask for."""
    series = []
    for metric in [metric for module in shipped_modules().values() for metric in module.metrics]:
        rows = [{}] if metric.oid.endswith(".0") else [{"index": str(row)} for row in (1, 2)]
        series += [
            Series(metric, {**row, **dict.fromkeys(metric.labels, HOSTILE)}, -21.5 + place)
            for place, row in enumerate(rows)
        ]
    return series


def mirrored(office: Office) -> Office:
    """The office with a help desk that nobody asks."""
    desk = Helpdesk(kind="zammad", url="https://desk.example", token_file=Path("token"), queue="NOC")
    return replace(office, helpdesk=desk)


def grow(office: Desk) -> None:
    """Adds `MORE` to the office and lets everything happen there, and an outage elsewhere."""
    more = Fleet.of(SitesFile.model_validate({"sites": MORE}, context=KINDS))
    fleet = Fleet({**office.settings.fleet.sites, **more.sites})
    office.board.replace_fleet(fleet, office.board.rules, office.clock.utc())
    office.board.downtimes, office.live.fleet = never, fleet
    live, now = office.live, office.clock.utc()
    for name in ("gateway", "pc-1"):
        office.round("room", device=name)
    for _ in range(3):
        office.round("room", Verdict.FAILED, device="pc-2")
    office.round("hub", lost=1, device="router")
    office.round("hub", Verdict.FAILED, device="ups")
    office.round("hub", Verdict.UNKNOWN, device="olt")
    with office.store.write() as session:
        facts = morning_facts(Work(session, office.office, now), ())
        brief = new_notice(Work(session, office.office, now), "morning-20261123", MORNING, "responsible", facts)
        brief.sent_utc = now
        session.add(brief)
    live.office = mirrored(live.office)
    office.goes_down("backbone-north")
    office.goes_down("backbone-south")
    for _ in range(2):
        office.round("backbone-south")
    port: Facts = {"ifIndex": 1, "ifName": HOSTILE, "ifAlias": HOSTILE, "ifDescr": HOSTILE, "ifHCInOctets": 2**63 + 1}
    port |= {
        "ifInOctets": 7,
        "ifOutOctets": 8,
        "ifInDiscards": 0,
        "ifOutDiscards": 1,
        "ifSpeed": 4294967295,
        "ifType": 6,
    }
    ups: Facts = {"upsOutputSource": 5, "upsEstimatedMinutesRemaining": 12, "upsEstimatedChargeRemaining": 80}
    ups |= {"upsSecondsOnBattery": 61, "upsBatteryStatus": 2}
    live.snmp = {
        "hub/router": SnmpState("ok", None, recording("ruijie-s5750-24gt12sfp")),
        "hub/ups": SnmpState("ok", None, Reading({}, ups=ups, ups_load_percent=[40, 55], engine_time_s=9)),
        "hub/olt": SnmpState("ok", None, Reading({}, [port]), of_modules()),
        "hub/old": SnmpState("credentials", said("refused")),
        "gone/router": SnmpState("silent", said("no answer")),
    }
    live.restarts.update({"hub/router": 2})
    live.snmp_readings.update({"ok": 12, "silent": 1})
    live.traps.update({"accepted": 3})
    live.icmp.rejected_by_reason.update({Rejected.FORGED_SOURCE: 2, Rejected.LATE: 5})
    for service, verdict in zip(fleet.services.values(), (Verdict.OK, Verdict.FAILED), strict=True):
        rtts = (12_300_000,) if verdict is Verdict.OK else ()
        details = {"certificate_expires": "2027-01-01T00:00:00+00:00"} if service.check.kind == "http" else {}
        sample = Sample(service.id, service.check.kind, now, 0, verdict, 1, len(rtts), rtts)
        live.services[service.id] = ServiceState(service, sample, details)
    for seconds in (0.0001, 0.02, 3.0, 60.0):
        live.round_lateness.observe(seconds)
        live.lag.observe(seconds / 3)


def metric(name: str) -> MetricEntry:
    """One of [modules.NAME]."""
    return MetricEntry(name=name, oid="1.3.6.1.4.1.9.1")
