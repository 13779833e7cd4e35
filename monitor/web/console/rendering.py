"""Render the console's templates: one environment, with the words and formats of each language."""

import hashlib
from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from functools import cache, partial
from importlib.resources import files
from pathlib import Path
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from monitor.domain.message import Said
from monitor.domain.reasons import Reason
from monitor.domain.text import dialled
from monitor.i18n import formats, terms
from monitor.i18n.catalogue import render as rendered
from monitor.i18n.catalogue import tr, trn, trp
from monitor.i18n.languages import Lang, languages, lookup, own_name
from monitor.i18n.reasons import reason_text
from monitor.settings.fleet import Site
from monitor.web.auth.csrf import masked
from monitor.web.console.template_cache import TemplateCache

OPTIONS: Mapping[str, Any] = {
    "autoescape": True,
    "undefined": StrictUndefined,
    "trim_blocks": True,
    "lstrip_blocks": True,
}
TEMPLATES = Environment(
    cache_size=-1,
    loader=PackageLoader("monitor.web.console", "templates"),
    bytecode_cache=TemplateCache(Path(__file__).parent, OPTIONS),
    **OPTIONS,
)


def compile_templates() -> None:
    """Load all templates, compiling those that are not yet: else the first reader of each page would stop the loop."""
    for name in TEMPLATES.list_templates():
        TEMPLATES.get_template(name)


@cache
def asset(name: str) -> str:
    """Return the URL of a static file, which changes with its contents, so that browsers keep it for good."""
    return f"/static/{name}?{hashlib.sha256(static_bytes(name)).hexdigest()[:10]}"


@cache
def static_bytes(name: str) -> bytes:
    """Return a static file; raises FileNotFoundError."""
    return files("monitor.web").joinpath("static", name).read_bytes()


def words(lang: Lang, now_utc: datetime) -> Mapping[str, Any]:
    """Return what every template may call: the language's words and formats, as seen at ``now_utc``."""
    return {
        "lang": lang,
        "now_utc": now_utc,
        "others": [(other, own_name(other)) for other in languages() if other != lang],
        "_": partial(tr, lang),
        "n_": partial(trn, lang),
        "p_": partial(trp, lang),
        "asset": asset,
        "masked": masked,
        "said": partial(_said, lang),
        "term": partial(_term, lang),
        "kind_name": lambda kind, count=1: lookup(lang, *terms.KINDS[kind], count),
        "reason": lambda why: reason_text(why, lang) if isinstance(why, Reason) else "",
        "site_name": partial(site_name, lang),
        "number": lambda value: formats.number_text(value, lang),
        "digits": lambda value: formats.digits(value, lang),
        "dialled": dialled,
        "percent": lambda share, places=0: formats.percent_text(share, lang, places),
        "size": lambda octets: formats.size_text(octets, lang),
        "rate": lambda bits_per_s: formats.rate_text(bits_per_s, lang),
        "ms": lambda value: formats.ms_text(value, lang),
        "moment": lambda at: formats.moment_text(at, lang),
        "near": lambda at: formats.near_text(at, now_utc, lang),
        "clock": lambda at: formats.time_text(at.astimezone(formats.DHAKA), lang),
        "day": lambda at: formats.date_text(_day(at), lang),
        "short_day": lambda at: formats.short_date_text(_day(at), lang),
        "weekday": lambda at: formats.weekday_text(_day(at), lang),
        "month": lambda at: formats.month_text(_day(at), lang),
        "lasting": lambda length: formats.duration_text(_length(length), lang),
        "since": lambda at: formats.duration_text(_length(abs(now_utc - at)), lang),
        "listed": lambda items: formats.list_text([rendered(each, lang) for each in items], lang),
    }


def site_name(lang: Lang, site: Site) -> str:
    """Return the name of a site in one language."""
    return site.name_bn if lang == "bn" else site.name_en


def render(template: str, lang: Lang, now_utc: datetime, values: Mapping[str, Any], block: str = "") -> str:
    """Return a rendered template; with ``block`` only that block of it, as a part that is loaded by itself.

    Raises KeyError for a block that the template lacks.
    """
    found = TEMPLATES.get_template(template)
    context = {**words(lang, now_utc), **values}
    if not block:
        return found.render(context)
    body: Callable[[Any], Any] = found.blocks[block]
    context["ui"] = TEMPLATES.get_template("macros.html.j2").make_module(context)  # as base.html.j2 imports it
    return "".join(body(found.new_context(context)))


def _said(lang: Lang, said: Said) -> str:
    return rendered(said, lang)


def _term(lang: Lang, table: str, code: str) -> str:
    """Return the word of a code by its table in `i18n.terms`; the code itself where there is none."""
    found = getattr(terms, table).get(code)
    return code if found is None else tr(lang, found)


def _day(at: date | datetime) -> date:
    return at.astimezone(formats.DHAKA).date() if isinstance(at, datetime) else at


def _length(length: timedelta | float) -> timedelta:
    """Return a length as it is said: in whole minutes from one minute on, since an open page is no stop-watch."""
    seconds = length.total_seconds() if isinstance(length, timedelta) else length
    return timedelta(seconds=seconds if seconds < 60 else seconds // 60 * 60)


if __name__ == "__main__":
    compile_templates()  # by who installs the program, where the daemon may not write
