"""Hide secrets in what is shown or stored: where a server repeats them, and where a URL carries them."""

import json
from base64 import b64encode
from collections.abc import Callable, Iterable
from urllib.parse import parse_qsl, quote, quote_plus, unquote, urlsplit, urlunsplit

STARS = "***"
LEAST = 6


def hide(text: str, secrets: Iterable[str]) -> str:
    """Return ``text`` without ``secrets``, in whichever form it repeats them: quoted for a URL or JSON, in Base64."""
    forms = {form(secret) for secret in secrets if secret for form in _FORMS}
    for form in sorted(forms, key=len, reverse=True):
        text = text.replace(form, STARS)
    return text


def bare_url(url: str, *, keeps_path: bool = True) -> str:
    """Return the URL without user, password, query and fragment, and without its path unless ``keeps_path``."""
    parts = urlsplit(url)
    return urlunsplit((parts.scheme, parts.netloc.rpartition("@")[2], parts.path if keeps_path else "/", "", ""))


def secrets_in(url: str) -> list[str]:
    """Return what must be hidden of a URL; [] for nothing.

    Its password, alone and as Basic authentication sends it; its query, whole and each value of LEAST characters: what
    is shorter stands in any text.
    """
    parts = urlsplit(url)
    values = [value for _, value in parse_qsl(parts.query) if len(value) >= LEAST]
    asked = [parts.query, unquote(parts.query), *values] if parts.query else []
    if not parts.password:
        return asked
    user, password = unquote(parts.username or ""), unquote(parts.password)
    return [password, f"{user}:{password}", *asked]


def _quoted_whole(text: str) -> str:
    return quote(text, safe="")


def _as_json(text: str) -> str:
    return json.dumps(text)[1:-1]


def _as_base64(text: str) -> str:
    return b64encode(text.encode()).decode()


_FORMS: tuple[Callable[[str], str], ...] = (str, quote, quote_plus, _quoted_whole, _as_json, _as_base64)
