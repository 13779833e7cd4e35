"""What of a text in Bangla is English: words in Latin letters that are no name, unit, command, key or address."""

import re
from collections.abc import Collection

ALLOWED = frozenset(
    {
        "API",
        "CC",
        "CPU",
        "CSV",
        "DNS",
        "GB",
        "HTTP",
        "HTTPS",
        "ICMP",
        "ID",
        "IP",
        "IPv",
        "GeoJSON",
        "JSON",
        "zip",
        "KB",
        "KiB",
        "LAN",
        "MB",
        "Mb",
        "MIB",
        "NTP",
        "PDF",
        "RTT",
        "SHA",
        "SMS",
        "SMTP",
        "SNMP",
        "SNMPv",
        "SQLite",
        "SSH",
        "STARTTLS",
        "TCP",
        "TLS",
        "TOML",
        "UDP",
        "UPS",
        "URL",
        "UTF",
        "UTC",
        "VLAN",
        "WAN",
        "MAC",
        "OID",
        "TTL",
        "Webhook",
        "Prometheus",
        "Alertmanager",
        "Apprise",
        "Zammad",
        "Redmine",
        "Linux",
        "systemd",
        "root",
        "mode",
        "community",
    }
)
"""Names of protocols, formats and products, and units, which Bangla writes in Latin letters."""

_QUOTED = re.compile(r"`[^`]*`|'[^'\n]*'|\"[^\"\n]*\"")
_TYPED = re.compile(
    r"""
    upazila-monitor(?:\ [a-z]+)*  # a command
    | [\w.]+\ =\ \w+           # a line of a configuration
    | \[[^\[\]\s]*\]              # a section of a configuration, such as [snmp.v3.NAME]
    | --?[A-Za-z][\w-]*(?:[ =][A-Z]+\b)?   # an option, with what it takes
    | [\w.+-]*[./_@:=<>|+-][\w./_@:=<>|+-]*  # paths, keys, names of files, sites and tickets, addresses
    | [A-Za-z]+\d\w*            # v3, IPv6, u1
    | \b\d\w*
    """,
    re.VERBOSE | re.ASCII,
)
_WORD = re.compile(r"[A-Za-z]+")


def latin_words(text: str, names: Collection[str] = ()) -> list[str]:
    """Words of ``text`` in Latin letters.

    Not those of ALLOWED or within one of ``names``, what is quoted, options, paths, keys, addresses and ids.
    """
    for name in sorted(names, key=len, reverse=True):
        text = re.sub(rf"(?<!\w){re.escape(name)}(?!\w)", " ", text)
    text = _TYPED.sub(" ", _QUOTED.sub(" ", text))
    return [word for word in _WORD.findall(text) if word not in ALLOWED]
