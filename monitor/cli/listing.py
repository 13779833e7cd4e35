"""Print rows under headings, never cut: what does not fit side by side is stacked, a line for each heading."""

from collections.abc import Collection
from typing import Any

from rich import box
from rich.console import Console, ConsoleOptions, RenderResult
from rich.table import Table
from rich.text import Text

from monitor.cli.columns import fit_rich, width

NARROWEST_PROSE = 16

fit_rich()


class LastingConsole(Console):
    """A rich console that does not end the program when its reader has gone."""

    def on_broken_pipe(self) -> None:
        raise BrokenPipeError


class Listing(Table):
    """A table as long as it fits the console, stacked rows where it does not.

    ``prose``: the headings of columns whose words may wrap; all others are figures and names, which are never cut.
    ``ruled``: with lines around its cells.
    """

    def __init__(
        self,
        *headings: str,
        title: str = "",
        prose: Collection[str] = (),
        right: Collection[str] = (),
        ruled: bool = False,
    ) -> None:
        super().__init__(
            box=box.HEAVY_HEAD if ruled else None,
            padding=(0, 1) if ruled else (0, 2, 0, 0),
            header_style="bold",
            title=title or None,
            title_justify="left",
            show_lines=ruled,
        )
        self._prose, self._narrowest = prose, 60 if ruled else NARROWEST_PROSE
        self._beside = 3 if ruled else 2
        for heading in headings:
            self.add_column(
                heading,
                no_wrap=heading not in prose,
                overflow="fold",
                justify="right" if heading in right else "left",
            )

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        for column in self.columns:
            cells = [_text(console, cell) for cell in [column.header, *column.cells]]
            if column.header in self._prose:
                longest = max((width(word) for cell in cells for word in cell.plain.split()), default=0)
                column.min_width = min(longest, self._narrowest)
            else:
                column.min_width = max(width(line) for cell in cells for line in cell.plain.split("\n"))
        needed = sum((column.min_width or 0) + self._beside for column in self.columns)
        if needed <= options.max_width:
            yield from super().__rich_console__(console, options)
        else:
            yield from self._stacked(console)

    def _stacked(self, console: Console) -> RenderResult:
        """Yield a line for each heading, a blank line between rows; empty cells are left out."""
        if self.title:
            yield Text(str(self.title), style="italic")
        for row in zip(*(list(column.cells) for column in self.columns), strict=True):
            for column, cell in zip(self.columns, row, strict=True):
                said = _text(console, cell)
                lines = [line for line in said.split("\n") if line.plain.strip()]
                if lines:
                    label = f"{column.header}: " if column.header else ""
                    yield Text.assemble((label, "bold"), Text(", ").join(lines))
            yield Text()


def padded(text: str, columns: int) -> str:
    """Return ``text`` with blanks behind it up to that many columns of the terminal."""
    return text + " " * (columns - width(text))


def _text(console: Console, cell: Any) -> Text:
    return cell if isinstance(cell, Text) else console.render_str(str(cell), emoji=False)
