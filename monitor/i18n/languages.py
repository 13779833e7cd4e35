"""Which languages there are, and what a text is in each: gettext's catalogues, a folder of `locale` for each language.

English is the source and needs no folder. A folder holds LC_MESSAGES/monitor.po, which `monitor.i18n.compiling` makes
into monitor.mo.
"""

import gettext
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from babel import Locale


Lang: TypeAlias = str
"""The code of a language, as ISO 639 and its folder spell it: 'bn', 'en'."""

SOURCE: Lang = "en"
BOTH: tuple[Lang, Lang] = ("bn", SOURCE)
"""The languages of what is said in two: Bangla first."""
DOMAIN = "monitor"
LOCALES = Path(__file__).parent / "locale"


@cache
def languages() -> tuple[Lang, ...]:
    """Return the codes of all languages, by name, and the source at the end."""
    return (*sorted(each.name for each in LOCALES.iterdir() if (each / "LC_MESSAGES").is_dir()), SOURCE)


@cache
def _catalogue(lang: Lang) -> gettext.NullTranslations:
    """Return the catalogue of ``lang``; an empty one, which leaves everything in English, where there is none."""
    if lang == SOURCE:
        return gettext.NullTranslations()
    return gettext.translation(DOMAIN, LOCALES, [lang], fallback=True)


def lookup(lang: Lang, text: str, many: str = "", count: int | None = None, context: str = "") -> str:
    """Return the entry for an English ``text`` (or ``many``, of a ``count``) in ``lang``, or the English itself."""
    known = _catalogue(lang)
    if count is not None:
        return known.npgettext(context, text, many, count) if context else known.ngettext(text, many, count)
    if not text:
        return ""  # gettext keeps the catalogue's head under the empty text
    if context:
        return known.pgettext(context, text)
    found = known.gettext(text)
    return known.ngettext(text, text, 1) if found == text else found  # gettext keeps one of a pair elsewhere


@cache
def locale_of(lang: Lang) -> "Locale":
    """Return CLDR's locale of ``lang``: names of months and days, digits; British English where it has none."""
    from babel import Locale, UnknownLocaleError

    try:
        return Locale.parse("en_GB" if lang == SOURCE else lang)
    except (UnknownLocaleError, ValueError):
        return Locale.parse("en_GB")


@cache
def has_bangla_digits(lang: Lang) -> bool:
    """Whether numbers are written with the digits U+09E6 to U+09EF (CLDR's default numbering system 'beng')."""
    return locale_of(lang).default_numbering_system == "beng"


def own_name(lang: Lang) -> str:
    """Return the language's own name of itself; its code where CLDR has none."""
    return str(locale_of(lang).languages.get(lang, lang))
