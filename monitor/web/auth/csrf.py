"""Tell a request that our own pages made from one that a foreign page made its visitor's browser send.

A change must come from a page of this origin, by what the browser itself says of it, and carry the secret of the
session that the page was made for.
"""

import hmac
from collections.abc import Mapping
from urllib.parse import urlsplit

DEFAULT_PORTS = {"http": 80, "https": 443}
OF_OUR_PAGES = frozenset({"same-origin", "none"})  # 'none': typed, or from a bookmark


def is_from_our_page(headers: Mapping[str, str], scheme: str) -> bool:
    """Return whether the browser says that the request comes from a page of ours; ``headers``: by small names.

    Sec-Fetch-Site decides, and Origin where that is missing. An Origin that is there must be ours in any case.
    """
    site, origin = headers.get("sec-fetch-site"), headers.get("origin")
    ours = origin is not None and is_same_origin(origin, scheme, headers.get("host", ""))
    if site is None:
        return ours
    return site in OF_OUR_PAGES and (ours or origin in {None, "null"})


def is_same_origin(origin: str, scheme: str, host: str) -> bool:
    """Return whether ``origin`` is that of ``scheme``://``host``; a default port may be written or left out."""
    wanted = _origin(f"{scheme}://{host}")
    return wanted is not None and _origin(origin) == wanted


def is_token_of(given: str, secret: str) -> bool:
    """Return whether a form's token is the session's ``secret``; takes as long whatever differs. No secret, no form."""
    return bool(secret) and hmac.compare_digest(given.encode("utf-8", "replace"), secret.encode())


def _origin(url: str) -> tuple[str, str, int] | None:
    """Return scheme, host and port of an origin; None for what is none."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        return None
    is_bare = not (parts.path or parts.query or parts.fragment or parts.username or parts.password)
    if parts.scheme not in DEFAULT_PORTS or not host or not is_bare:
        return None
    return parts.scheme, host, DEFAULT_PORTS[parts.scheme] if port is None else port
