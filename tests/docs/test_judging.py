"""The table of false alarms in docs/judging.md, counted again."""

import re

import pytest

from monitor.settings.monitor_file import MonitorFile
from tests.places import DOCS

TEXT = (DOCS / "judging.md").read_text(encoding="utf-8")
ROWS = re.findall(r"^\| (\d+) % \| \(0\.\d+³\)³ = ([\d.]+) × 10([⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+) \| (.+?) \|$", TEXT, re.MULTILINE)
RAISED = str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789")
DEVICES, ROUNDS_A_DAY = 200, 1_440


def test_the_formula_takes_the_shipped_thresholds() -> None:
    settings = MonitorFile()
    assert (settings.probing.echoes, settings.judging.down_after, settings.probing.interval_s) == (3, 3, 60)
    assert len(ROWS) == 3


@pytest.mark.parametrize(("loss", "figure", "power", "so_often"), ROWS)
def test_a_row_is_counted_right(loss: str, figure: str, power: str, so_often: str) -> None:
    settings = MonitorFile()
    chance = ((int(loss) / 100) ** settings.probing.echoes) ** settings.judging.down_after
    assert float(f"{figure}e{power.translate(RAISED)}") == pytest.approx(chance, rel=0.03)

    a_day = chance * DEVICES * ROUNDS_A_DAY
    days = {"years": 365.25, "week": 7.0}
    if found := re.match(r"one in about (?:([\d,]+)|a) (years|week)", so_often):
        assert 1 / a_day / days[found[2]] == pytest.approx(float((found[1] or "1").replace(",", "")), rel=0.05)
    else:
        assert a_day == pytest.approx(int(so_often.partition(" ")[0]), rel=0.05)
