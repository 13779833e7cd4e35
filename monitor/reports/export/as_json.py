"""Render a report as JSON: the value itself, the same in every language."""

import json
from collections.abc import Iterator

from monitor.i18n.languages import Lang
from monitor.reports.export.document import document
from monitor.reports.report import Report


def render(report: Report, lang: Lang) -> bytes:
    """Return the report as JSON in UTF-8. ``lang`` changes nothing: names are in both languages, the rest is codes."""
    made = bytearray()
    for piece in pieces(report):
        made += piece
    return bytes(made)


def pieces(report: Report) -> Iterator[bytes]:
    """Yield the same piece by piece: the parts of a nation's report take hundreds of megabytes if all are kept."""
    for piece in json.JSONEncoder(ensure_ascii=False, allow_nan=False, indent=1).iterencode(document(report)):
        yield piece.encode()
    yield b"\n"
