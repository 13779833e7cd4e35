"""Hand over from another process those sites of a fleet alone that are not known here yet.

To unpickle 20,000 sites takes half a second of the process that is to go on, and what of them is thrown away at once
leaves holes between the objects that stay.
"""

import pickle
from collections.abc import Container, Iterator, Mapping
from dataclasses import dataclass, field, replace
from hashlib import blake2b

from monitor.settings.fleet import Fleet, Site

DIGEST_BYTES = 16
PROTOCOL = 5


@dataclass(frozen=True)
class KnownSites:
    """The sites of a fleet, and their ``digests`` in the same order, as `site_digests` returns them."""

    sites: Mapping[str, Site] = field(default_factory=dict)
    digests: bytes = b""


def site_digests(fleet: Fleet) -> bytes:
    """Return a digest of each site, `DIGEST_BYTES` each, in their order; it is the same in each process."""
    digests = (blake2b(pickle.dumps(site, PROTOCOL), digest_size=DIGEST_BYTES) for site in fleet.sites.values())
    return b"".join([digest.digest() for digest in digests])


def unknown_sites(fleet: Fleet, digests: bytes, known: Container[bytes]) -> Fleet:
    """Return the fleet without the sites whose digests are ``known``; ``digests``: of all."""
    sites = zip(fleet.sites.items(), each_of(digests), strict=True)
    return replace(fleet, sites=dict(entry for entry, digest in sites if digest not in known))


def completed(unknown: Fleet, digests: bytes, known: KnownSites) -> Fleet:
    """Return the fleet of which `unknown_sites` returned a part: the known ones are the same objects as before."""
    before = dict(zip(each_of(known.digests), known.sites.values(), strict=True))
    others = iter(unknown.sites.values())
    sites = [before.get(digest) or next(others) for digest in each_of(digests)]
    return replace(unknown, sites={site.id: site for site in sites})


def each_of(digests: bytes) -> Iterator[bytes]:
    """Yield each digest."""
    return (digests[begin : begin + DIGEST_BYTES] for begin in range(0, len(digests), DIGEST_BYTES))
