"""List all checks, in the order in which they are shown, and all kinds of findings."""

from collections.abc import Mapping
from typing import Any

from monitor.doctor import (
    backups,
    chain,
    clock,
    configuration,
    daemons,
    database,
    disk,
    holidays,
    letters,
    mail,
    network,
    permissions,
    ping,
    sandbox,
    snmp,
    time_zone,
    tls,
    versions,
)
from monitor.doctor.check import Check
from monitor.doctor.finding import FAILED, Kind

CHECKS: Mapping[str, Check[Any]] = {
    check.name: check
    for check in (
        configuration.CONFIGURATION,
        network.NETWORK,
        ping.PING,
        snmp.SNMP,
        letters.LETTERS,
        mail.MAIL,
        clock.CLOCK,
        time_zone.TIME_ZONE,
        holidays.HOLIDAYS,
        disk.DISK,
        database.DATABASE_CHECK,
        daemons.DAEMONS,
        chain.CHAIN,
        backups.BACKUPS_CHECK,
        tls.TLS,
        permissions.PERMISSIONS,
        versions.VERSIONS,
        sandbox.SANDBOX,
    )
}

KINDS: Mapping[str, Kind] = {kind.code: kind for check in CHECKS.values() for kind in (*check.kinds, FAILED)}
