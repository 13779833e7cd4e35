"""All checks of services by their kind: a new one is a new file and a line here."""

from collections.abc import Mapping

from monitor.probes.services import dns, http, tcp
from monitor.probes.services.base import Check, Kind

CHECKS: Mapping[Kind, Check] = {
    "tcp": tcp.check,
    "http": http.check,
    "dns": dns.check,
}
