"""Tables for spreadsheets."""

import csv
import io

from monitor.domain.csv_text import FORMULA_SIGNS, csv_text


def test_what_would_be_a_formula_stays_text_and_the_rest_comes_back_as_it_was() -> None:
    written = csv_text(["number", "text"], [[1, f"{sign}1+1"] for sign in FORMULA_SIGNS] + [[2, 'a "b",\nc']])
    rows = list(csv.reader(io.StringIO(written)))
    assert rows[0] == ["number", "text"]
    assert all(text.startswith("'") for _, text in rows[1:-1])
    assert rows[-1] == ["2", 'a "b",\nc']
