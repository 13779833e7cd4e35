"""DNS: whether a server answers for a name, and with what."""

import time
from ipaddress import ip_address

import dns.asyncquery
import dns.exception
import dns.flags
import dns.message
import dns.name
import dns.rcode
import dns.rdatatype
import dns.resolver

from monitor.probes.services.base import Outcome, plain
from monitor.settings.services_section import ServiceCheck


async def check(wanted: ServiceCheck, timeout_s: float) -> Outcome:
    """One question over UDP, again over TCP when the answer is cut short; an answer without records is a failure."""
    begun_ns = time.monotonic_ns()
    try:
        server = wanted.server or str(dns.resolver.Resolver().nameservers[0])
        question = dns.message.make_query(wanted.name, wanted.type)
        answer, _ = await dns.asyncquery.udp_with_fallback(question, server, timeout=timeout_s, port=wanted.port or 53)
    except dns.exception.Timeout:
        return Outcome(reason="timeout")
    except (dns.exception.DNSException, OSError, ValueError, IndexError) as error:
        return Outcome(reason=plain(error))
    took_ns = time.monotonic_ns() - begun_ns
    kind = dns.rdatatype.from_text(wanted.type)
    found = sorted(record.to_text() for records in answer.answer if records.rdtype == kind for record in records)
    details: dict[str, object] = {"server": server, "answers": found, "rcode": dns.rcode.to_text(answer.rcode())}
    if answer.rcode() != dns.rcode.NOERROR:
        return Outcome(took_ns, reason=dns.rcode.to_text(answer.rcode()), details=details)
    if not found:
        return Outcome(took_ns, reason=f"no {wanted.type} record", details=details)
    if wanted.expect and not any(_same(record, wanted.expect) for record in found):
        return Outcome(took_ns, reason=f"answers {', '.join(found)[:100]} and not {wanted.expect}", details=details)
    return Outcome(took_ns, details=details)


def _same(record: str, expected: str) -> bool:
    """Whether a record is the expected one: addresses by value, names without their last dot, in any case."""
    try:
        return ip_address(record) == ip_address(expected)
    except ValueError:
        return record.rstrip(".").lower() == expected.rstrip(".").lower()
