"""The monitor itself: is it scraped, in time, believable, and does its mail go out?"""

from grafana_foundation_sdk.builders import dashboard, stat, table, timeseries

from dashboards.generator import scales
from dashboards.generator.layout import board, one_monitor
from dashboards.generator.panels import About, Column, Curve, curves, number, rows, verdict
from dashboards.generator.queries import MONITOR, OFFICES, RATE, RUNS, faults, otherwise, quantile
from monitor.domain.message import N_
from monitor.i18n.languages import Lang, lookup

NOT_YET = N_("no brief is sent")


def itself(lang: Lang) -> dashboard.Dashboard:
    """For whoever keeps the monitor running."""
    return board(
        "itself",
        N_("Monitor itself"),
        N_("Whether the monitor itself works."),
        lang,
        [
            [_health(lang), _mail(lang), _dead(lang), _brief(lang)],
            [_alarms(lang)],
            [_late(lang), _lag(lang)],
            [_rounds(lang), _unknown(lang)],
            [_outbox(lang), _readings(lang)],
            [_rejected(lang), _process(lang)],
        ],
        since="now-6h",
        chosen=one_monitor,
    )


def _of_all(metric: str) -> str:
    """The sum over the offices of the monitor; while a duty changes hands two daemons may show one office."""
    return f"sum(max by (office) ({metric}{{{OFFICES}}}))"


def _health(lang: Lang) -> stat.Panel:
    about = About(
        N_("Overall"),
        N_("Whether any of database, clock, mail path and brief is at fault."),
        N_("The alarms below say which."),
    )
    return verdict(lang, about, faults(OFFICES, RUNS), scales.FAULTS)


def _mail(lang: Lang) -> stat.Panel:
    about = About(
        N_("Oldest mail pending"),
        N_("How long the oldest notice has been waiting to go out."),
        N_("Beyond 30 minutes look at mail server and internet; meanwhile use the phone."),
    )
    return number(lang, about, f"max(upazila_outbox_oldest_seconds{{{OFFICES}}})", scales.OWED, unit="s")


def _dead(lang: Lang) -> stat.Panel:
    about = About(
        N_("Mail not sent"),
        N_("Mails that could not be sent: somebody does not know."),
        N_("Mend the address in charter.toml, and tell the recipient yourself."),
    )
    return number(lang, about, _of_all("upazila_outbox_dead"), scales.DEAD)


def _brief(lang: Lang) -> stat.Panel:
    about = About(
        N_("Morning brief"),
        N_("How long ago the last morning brief went out, and whether one was missed."),
        N_("If one was missed look at the mail path."),
    )
    of_it = f'{OFFICES}, brief="morning"'
    last = f"max by (office) (upazila_brief_last_sent_timestamp_seconds{{{of_it}}} > 0)"
    age = f"time() - min({last}) or NaN * {RUNS}"
    missed = f"max(upazila_brief_missed{{{of_it}}}) or NaN * {RUNS}"
    return number(lang, about, age, scales.BRIEF, unit="s", words_of=missed, blank=NOT_YET)


def _alarms(lang: Lang) -> table.Panel:
    about = About(
        N_("Alarms now"),
        N_("Alerts of Prometheus that fire now. 'Watchdog' always does: without it the way of alerts is broken."),
        N_("What to do about each stands in docs/runbook.md."),
    )
    none = N_("The rules are not loaded")
    # Those of these offices, and those that are about no series of the monitor's, such as 'Watchdog'.
    firing = 'count by (alertname, severity) (ALERTS{office=~"$monitor|$offices|", alertstate="firing"})'
    return rows(
        lang,
        about,
        [("alertname", N_("Alarm")), ("severity", N_("Severity"))],
        [Column(N_("How many"), otherwise(firing, "alertname", none, lang, alive=RUNS))],
        height=7,
    )


def _late(lang: Lang) -> timeseries.Panel:
    about = About(
        N_("Lateness of rounds"),
        N_("How long after its turn a device is probed: the median and the worst hundredth."),
        N_("If it grows the machine is too busy for so many devices: raise interval_s."),
    )
    metric = "upazila_round_lateness_seconds"
    return curves(
        lang,
        about,
        [Curve(quantile(0.5, metric), "50 %"), Curve(quantile(0.99, metric), "99 %")],
        scales.LATE,
        unit="s",
        log=True,
        height=8,
    )


def _lag(lang: Lang) -> timeseries.Panel:
    about = About(
        N_("Lag of the loop"),
        N_("How far the monitor's loop falls behind."),
        N_("Again and again beyond a second: look at the disk, and at what else runs there."),
    )
    metric = "upazila_loop_lag_seconds"
    return curves(
        lang,
        about,
        [Curve(quantile(0.5, metric), "50 %"), Curve(quantile(0.99, metric), "99 %")],
        scales.LAG,
        unit="s",
        log=True,
        height=8,
    )


def _rounds(lang: Lang) -> timeseries.Panel:
    about = About(
        N_("Rounds a second"),
        N_("Rounds of probing a second, by the kind of probe."),
        N_("At zero the monitor sees nothing: look into its journal."),
    )
    return curves(
        lang,
        about,
        [Curve(f"sum by (probe) (rate(upazila_samples_total{{{MONITOR}}}{RATE}))", "{{probe}}")],
        unit="ops",
        height=8,
    )


def _unknown(lang: Lang) -> timeseries.Panel:
    about = About(
        N_("Rounds that do not count"),
        N_("Share of rounds that a fault of our own made void."),
        N_("If it grows look at our own network, the right to open sockets, and the clock."),
    )
    ours, all_ = (
        f"sum(rate(upazila_{name}{{{MONITOR}}}{RATE}))" for name in ("samples_unknown_total", "samples_total")
    )
    share = f"{ours} / {all_}"
    return curves(
        lang, about, [Curve(share, lookup(lang, N_("share")))], scales.OURS, unit="percentunit", top=1, height=8
    )


def _outbox(lang: Lang) -> timeseries.Panel:
    about = About(
        N_("Mail waiting"),
        N_("Notices that are due and not delivered yet."),
        N_("If it does not shrink the mail path is closed."),
    )
    wanted = [
        Curve(_of_all("upazila_outbox_owed"), lookup(lang, N_("pending"))),
        Curve(_of_all("upazila_outbox_dead"), lookup(lang, N_("not sent"))),
    ]
    return curves(lang, about, wanted, height=8)


def _readings(lang: Lang) -> timeseries.Panel:
    about = About(
        N_("SNMP readings"),
        N_("How readings of devices go: ok, silent, credentials (refused), error."),
        N_("If 'credentials' grows, see whether somebody changed them on the device."),
    )
    return curves(
        lang,
        about,
        [Curve(f"sum by (outcome) (rate(upazila_snmp_readings_total{{{MONITOR}}}{RATE}))", "{{outcome}}")],
        unit="ops",
        height=8,
    )


def _rejected(lang: Lang) -> timeseries.Panel:
    about = About(
        N_("Answers not accepted"),
        N_("Answers a second that were not valid, and how many of them somebody made up."),
        N_("Forged ones: somebody on the network deceives us. Find out where they come from."),
    )
    wanted = [
        Curve(f"sum by (reason) (rate(upazila_replies_rejected_total{{{MONITOR}}}{RATE}))", "{{reason}}"),
        Curve(f"sum(rate(upazila_forged_replies_total{{{MONITOR}}}{RATE}))", lookup(lang, N_("forged, all"))),
    ]
    return curves(lang, about, wanted, scales.PLAIN, unit="ops", height=8)


def _process(lang: Lang) -> timeseries.Panel:
    about = About(
        N_("Processor"),
        N_("Share of one processor that the monitor takes."),
        N_("Near 1 the machine is too small for so many devices."),
    )
    cpu = f"sum(rate(process_cpu_seconds_total{{{MONITOR}}}{RATE})) or 0 * {RUNS}"
    return curves(
        lang, about, [Curve(cpu, lookup(lang, N_("monitor")))], scales.FULL, unit="percentunit", top=1, height=8
    )
