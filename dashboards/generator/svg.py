"""A few shapes of SVG, as text. Pure."""

from collections.abc import Sequence
from html import escape

COLOURS = {
    "green": "#37872d", "yellow": "#b58a00", "orange": "#d9660a", "red": "#c4162a", "blue": "#1f60c4", "": "#1f2933",
}  # fmt: skip
PALETTE = ("#1f60c4", "#d9660a", "#37872d", "#8f3bb8", "#c4162a", "#0e8a9c", "#b58a00", "#6b4f3a")
FONT = "'Noto Sans','Noto Sans Bengali','Lohit Bengali',sans-serif"
INK, FAINT = "#1f2933", "#7b8794"


def colour(name: str) -> str:
    """One of Grafana's colours, dark enough for white paper."""
    return COLOURS.get(name, name)


def rect(x: float, y: float, width: float, height: float, fill: str, extra: str = "") -> str:
    """A filled rectangle."""
    return f'<rect x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}" fill="{fill}"{extra}/>'


def text(
    x: float, y: float, words: str, size: float = 12, fill: str = INK, anchor: str = "start", bold: bool = False
) -> str:
    """One line; its baseline is at ``y``."""
    weight = ' font-weight="600"' if bold else ""
    where = f' text-anchor="{anchor}"' if anchor != "start" else ""
    return f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size:g}" fill="{fill}"{where}{weight}>{escape(words)}</text>'


def line(points: Sequence[tuple[float, float]], stroke: str, dashed: bool = False) -> str:
    """A line through points; a single one is a dot."""
    if len(points) == 1:
        return f'<circle cx="{points[0][0]:.1f}" cy="{points[0][1]:.1f}" r="2" fill="{stroke}"/>'
    path = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    dash = ' stroke-dasharray="8 6"' if dashed else ""
    width = 1.2 if dashed else 1.8
    return f'<polyline points="{path}" fill="none" stroke="{stroke}" stroke-width="{width}"{dash}/>'


def width_of(words: str, size: float) -> float:
    """About how wide a text is: letters of Bangla are wider than Latin ones; their vowel signs mostly stand on them."""
    marks = sum("\u09bc" <= letter <= "\u09cd" or letter == "\u09d7" for letter in words)
    bangla = sum("\u0980" <= letter <= "\u09ff" for letter in words) - marks
    return ((len(words) - marks - bangla) * 0.54 + bangla * 0.66 + marks * 0.28) * size


def shortened(words: str, size: float, room: float) -> str:
    """The text, cut so that it fits."""
    if width_of(words, size) <= room:
        return words
    while words and width_of(words + "…", size) > room:
        words = words[:-1]
    return words.rstrip() + "…"


def wrapped(words: str, size: float, room: float, most: int) -> list[str]:
    """The text on at most so many lines."""
    lines, rest = [""], words.split()
    for word in rest:
        longer = f"{lines[-1]} {word}".strip()
        if width_of(longer, size) <= room or not lines[-1]:
            lines[-1] = longer
        else:
            lines.append(word)
    if len(lines) > most:
        lines = [*lines[: most - 1], " ".join(lines[most - 1 :])]
    return [shortened(one, size, room) for one in lines]
