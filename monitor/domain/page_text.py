"""Decode the bytes of a web page as browsers do."""

import codecs
import html
import re
from encodings.aliases import aliases

from monitor.domain.text import nfc

_PLACES = 1024  # how far into a page browsers look for its own word on its letters
_CHARSET = re.compile(r"(?<![\w-])charset\s*=\s*[\"']?([\w.:-]+)", re.IGNORECASE | re.ASCII)
_META = re.compile(rb"<meta[^>]{0,300}?charset\s*=\s*[\"']?\s*([\w.:-]+)", re.IGNORECASE)
_XML = re.compile(rb"^\s*<\?xml[^>]{0,200}?encoding\s*=\s*[\"']([\w.:-]+)", re.IGNORECASE)
_MARKS = ((codecs.BOM_UTF8, "utf_8"), (codecs.BOM_UTF16_LE, "utf_16_le"), (codecs.BOM_UTF16_BE, "utf_16_be"))
_KNOWN = (
    {"utf_8", "utf_16", "utf_16_le", "utf_16_be", "utf_32", "utf_32_le", "utf_32_be", "ascii", "latin_1"}
    | {"gbk", "gb18030", "gb2312", "big5", "euc_jp", "shift_jis", "iso2022_jp", "euc_kr"}
    | {"koi8_r", "koi8_u", "mac_roman", "cp866", "cp874", "tis_620"}
    | {f"iso8859_{part}" for part in range(2, 17)}
    | {f"cp125{part}" for part in range(9)}
)
"""Python's names of what pages are written in: some of its other codecs are none for letters, or take for ever."""
_TAKEN_AS = {
    **{"latin_1": "cp1252", "ascii": "cp1252", "iso8859_9": "cp1254", "iso8859_11": "cp874", "tis_620": "cp874"},
    **{"gb2312": "gbk", "shift_jis": "cp932", "euc_kr": "cp949", "big5": "big5hkscs", "utf_16": "utf_16_le"},
}
"""Who says the first means the second, which has all that it has and more. Source: WHATWG Encoding, 4.2."""
_ALSO_CALLED = {
    **dict.fromkeys(("unicode", "ucs_2", "iso_10646_ucs_2", "csunicode", "unicodefeff"), "utf_16"),
    **dict.fromkeys(("unicode_1_1_utf_8", "unicode11utf8", "unicode20utf8", "x_unicode20utf8"), "utf_8"),
    **{"x_sjis": "shift_jis", "windows_31j": "shift_jis", "ms932": "shift_jis", "x_euc_jp": "euc_jp"},
    **{"x_gbk": "gbk", "cn_big5": "big5", "x_x_big5": "big5", "windows_949": "euc_kr", "koi8_ru": "koi8_u"},
    **{"iso_8859_8_i": "iso8859_8", "logical": "iso8859_8", "dos_874": "cp874", "windows_874": "cp874"},
    **{f"x_cp125{part}": f"cp125{part}" for part in range(9)},
}
"""Names that browsers know and Python does not. Source: WHATWG Encoding, 4.2."""


def decoded(body: bytes, content_type: str = "") -> str:
    """Decode ``body`` by its byte order mark, else the charset of ``content_type``, else its own declaration.

    Else as UTF-8.

    Undecodable bytes become U+FFFD. Source: WHATWG Encoding and HTML, 'encoding sniffing'.
    """
    found = _CHARSET.search(content_type)
    name = _codec(found[1]) if found else ""
    for mark, marked in _MARKS:
        if body.startswith(mark) and not name.startswith("utf_32"):  # whose mark begins as that of UTF-16 does
            return body[len(mark) :].decode(marked, "replace")
    if not name and (own := _META.search(body[:_PLACES]) or _XML.search(body[:_PLACES])):
        name = _codec(own[1].decode("latin-1"))
        name = "utf_8" if name.startswith("utf") else name  # who could read that word does not read UTF-16
    return body.decode(name or "utf_8", "replace")


def contains(page: str, wanted: str) -> bool:
    """Return whether ``page`` contains ``wanted`` as a reader sees it: in NFC, case-sensitive, '&amp;' as '&'."""
    wanted = nfc(wanted)
    if wanted in nfc(page):
        return True
    try:
        return "&" in page and wanted in nfc(html.unescape(page))
    except ValueError:  # '&#' with thousands of digits
        return False


def _codec(label: str) -> str:
    """Return Python's name of a charset, '' for none; not by `codecs.lookup`, which caches every unknown name."""
    name = label.lower().replace("-", "_")
    name = _ALSO_CALLED.get(name, name)
    name = aliases.get(name, name)
    return _TAKEN_AS.get(name, name) if name in _KNOWN else ""
