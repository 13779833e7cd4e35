"""What Prometheus is asked. Nothing here may silently bring nothing: see `otherwise`."""

from collections.abc import Sequence

from dashboards.generator.scales import CODES
from monitor.i18n.languages import Lang, lookup

RATE = "[$__rate_interval]"
OFFICE = 'office="$office"'
"""The reader has chosen one office; every selector holds this, or sites of one ID in two offices would be one."""

MONITOR = 'office="$monitor"'
"""What is about the monitor itself: the same office where one stands alone, else the installation."""

OFFICES = 'office=~"$offices"'
"""The offices of that monitor, for what each of them has for itself."""

ALIVE = f"max(upazila_office_info{{{OFFICE}}})"
"""1 while the daemon is scraped that counts the office's cases; nothing otherwise: then nothing may look well."""

RUNS = f"max(upazila_build_info{{{MONITOR}}})"
"""The same of the monitor itself."""

NOW_LEFT = f"upazila_outage_deadline_timestamp_seconds{{{OFFICE}}} - time()"


def site_names(lang: Lang) -> str:
    """1 for each site, with its name and kind; free of what scraping adds."""
    return f"max by (site, kind, name_{lang}) (upazila_site_info{{{OFFICE}}})"


def named(expr: str, lang: Lang) -> str:
    """The same series, with the name of their site and its kind."""
    return f"({expr}) * on (site) group_left (kind, name_{lang}) {site_names(lang)}"


def of_services(expr: str, lang: Lang) -> str:
    """The same series, with the name of their row of the charter."""
    names = f"max by (service, name_{lang}) (upazila_charter_service_info{{{OFFICE}}})"
    return f"({expr}) * on (service) group_left (name_{lang}) {names}"


def otherwise(expr: str, label: str, words: str, lang: Lang, value: str = "0", alive: str = ALIVE) -> str:
    """``expr``, and where that is rightly empty one series that says so, as long as the monitor is scraped."""
    return f'{expr} or on () label_replace({value} * {alive}, "{label}", "{lookup(lang, words)}", "", "")'


def by(labels: Sequence[str], expr: str) -> str:
    """One value for each combination of these labels."""
    return f"max by ({', '.join(labels)}) ({expr})"


def count(expr: str) -> str:
    """How many there are: 0 when there are none, nothing when the monitor is not scraped."""
    return f"count({expr}) or 0 * {ALIVE}"


def code(selector: str = OFFICE) -> str:
    """The state of each site as a number (scales.CODES).

    Each site has a series for each state, 1 or 0: their sums cost a tenth of what a union of 20,000 sites' series does.
    """
    parts = [
        f'{value} * max by (site) (upazila_site_state{{{selector}, state="{state}"}})'
        for state, value in CODES.items()
        if value
    ]
    return f"({' + '.join(parts)})"


def quantile(share: float, histogram: str) -> str:
    """How long all but a few took, over the last minutes."""
    return f"histogram_quantile({share}, sum by (le) (rate({histogram}_bucket{{{MONITOR}}}{RATE})))"


LIGHT_IN = f"""({{{OFFICE}, __name__=~"upazila_.+_rx_power_dbm"}}
 or (upazila_huawei_optical_rx_power{{{OFFICE}}} < -1) / 100
 or 10 * log10((upazila_huawei_optical_rx_power{{{OFFICE}}} > 0) / 1000))"""
"""Light that arrives at optical modules and ONUs, in dBm, of every make that is read."""


def faults(offices: str, alive: str) -> str:
    """How many things are wrong with the monitor itself; ``offices`` selects those whose mail is looked at."""
    return f"""(1 - max(upazila_store_readable{{{MONITOR}}}))
 + max(upazila_clock_suspect{{{MONITOR}}})
 + (max(upazila_outbox_dead{{{offices}}}) > bool 0)
 + (max(upazila_outbox_oldest_seconds{{{offices}}}) > bool 1800)
 + (max(upazila_brief_missed{{{offices}}}) > bool 0 or 0 * {alive})"""
