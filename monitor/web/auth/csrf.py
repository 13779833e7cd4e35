"""Tell a request that our own pages made from one that a foreign page made its visitor's browser send.

A change must come from a page of this origin, by what the browser itself says of it, and carry the secret of the
session that the page was made for.
"""

import base64
import hmac
import secrets
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


def masked(secret: str) -> str:
    """Return ``secret`` as a page carries it: other letters each time; '' for none.

    Pages are compressed, and repeat what a URL asked for: from the lengths of many pages with the same secret in the
    same letters it could be guessed (BREACH).
    """
    if not secret:
        return ""
    plain = secret.encode()
    pad = secrets.token_bytes(len(plain))
    return base64.urlsafe_b64encode(pad + _mixed(plain, pad)).decode()


def is_token_of(given: str, secret: str) -> bool:
    """Return whether a form's token is the session's ``secret``, `masked` or plain; no secret, no form.

    Takes as long whatever differs.
    """
    plain = secret.encode()
    try:
        bytes_ = base64.urlsafe_b64decode(given.encode("ascii"))
    except ValueError:
        bytes_ = b""
    pad, mixed = bytes_[: len(plain)], bytes_[len(plain) :]
    by_mask = len(mixed) == len(plain) and hmac.compare_digest(_mixed(mixed, pad), plain)
    return bool(secret) and (by_mask or hmac.compare_digest(given.encode("utf-8", "replace"), plain))


def _mixed(one: bytes, other: bytes) -> bytes:
    return bytes(a ^ b for a, b in zip(one, other, strict=True))


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
