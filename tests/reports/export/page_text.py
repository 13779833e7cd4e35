"""Lists what a laid out report says, in the order in which it is read."""

from collections.abc import Iterator

from monitor.reports.export.pages import Pages, Section


def said_on(pages: Pages) -> list[str]:
    """Every text of the pages, in their order."""
    signatures = [text for each in pages.signatures for text in (each.does, each.title)]
    body = [text for section in pages.sections if not section.annex for text in _section(section)]
    annexes = [text for section in pages.sections if section.annex for text in _section(section)]
    return [pages.office, pages.title, pages.scope, pages.made, pages.summary, *body, *signatures, *annexes]


def _section(section: Section) -> Iterator[str]:
    yield section.title
    yield from section.paragraphs
    for table in section.tables:
        if table.rows:
            yield from (column.heading for column in table.columns)
        yield from (cell for row in table.rows for cell in row)
        yield table.note if table.rows else table.empty
    for chart in section.charts:
        yield from (text for bar in chart.bars for text in (bar.label, bar.text))
        yield from (text for _, text in chart.ticks)
        yield from (text for _, text in chart.legend)
        yield chart.note
