"""Draw the hour before an outage: SVG from the minutes, PNG for mail programs, which draw no SVG.

Blue, scale on the left: the slowest answer of each minute. Red from above, scale on the right: the share that was lost.
Grey: no round. Below: minutes before the first failed probe. The text is as large as a telephone needs, where the
picture is shown at half its size. The fonts come with the program: a small server has none.
"""

from functools import cache
from importlib.resources import files
from typing import Any, NamedTuple

from jinja2 import Environment, PackageLoader, StrictUndefined

from monitor.domain.evidence import Hour
from monitor.domain.message import N_
from monitor.i18n import formats
from monitor.i18n.catalogue import tr
from monitor.i18n.languages import Lang

LEFT, STEP = 130, 7  # pixels: of the first minute, from minute to minute
ABOVE, HEIGHT = 16, 112  # pixels: of the top of both scales, and how high they are
TICKS = (60, 40, 20, 0)  # minutes before the first failed probe
BEFORE = N_("minutes before")
FONTS = ("Lohit-Bengali.ttf", "NotoSans-Latin.ttf")
LOST = N_("lost")
FAMILIES = {"bn": "Lohit Bengali"}
LATIN = "Noto Sans"


class Bar(NamedTuple):
    """One minute: its position and height in pixels."""

    x: int
    rtt_px: float
    lost_px: float
    unknown: bool


def hour_svg(hour: Hour, lang: Lang) -> str:
    """Return the picture of an hour; empty when that has no minutes."""
    minutes = hour.minutes
    if not minutes:
        return ""
    top_ms = max((minute[0] or 0.0 for minute in minutes if minute), default=0.0) or 1.0
    picture: str = _template().render(
        bars=[_bar(place, minute, top_ms) for place, minute in enumerate(minutes)],
        font=FAMILIES.get(lang, LATIN),
        top=f"{formats.digits(f'{top_ms:.0f}' if top_ms >= 10 else f'{top_ms:.1f}', lang)} {formats.MS}",
        zero=f"{formats.digits(0, lang)} {formats.MS}",
        no_loss=f"{formats.digits(0, lang)}%",
        all_lost=f"{formats.digits(100, lang)}%",
        lost=tr(lang, LOST),
        ticks=[(LEFT + STEP * (len(minutes) - back), formats.digits(back, lang)) for back in TICKS],
        before=tr(lang, BEFORE),
        left=LEFT,
        width=STEP - 1,
        above=ABOVE,
        below=ABOVE + HEIGHT,
        right=LEFT + STEP * len(minutes),
    )
    return picture


def hour_png(hour: Hour, lang: Lang) -> bytes:
    """Return the picture as PNG, 1,320 pixels wide; empty when there is none."""
    import resvg_py  # 3 MB that only a mail needs

    svg = hour_svg(hour, lang)
    if not svg:
        return b""
    folder = files("monitor.alerts.notices") / "templates" / "fonts"
    fonts = [str(folder / name) for name in FONTS]
    return bytes(resvg_py.svg_to_bytes(svg_string=svg, font_files=fonts, skip_system_fonts=True, zoom=2.0))


def _bar(place: int, minute: tuple[float | None, float] | None, top_ms: float) -> Bar:
    x = LEFT + STEP * place
    if minute is None:
        return Bar(x, 0, 0, True)
    rtt_ms, loss = minute
    lost_px = round(HEIGHT * loss, 1)
    rtt_px = 0.0 if rtt_ms is None else min(max(round(HEIGHT * rtt_ms / top_ms, 1), 2.0), HEIGHT - lost_px)
    return Bar(x, rtt_px, lost_px, False)


@cache
def _template() -> Any:
    environment = Environment(
        loader=PackageLoader("monitor.alerts.notices", "templates/email"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template("hour.svg.j2")
