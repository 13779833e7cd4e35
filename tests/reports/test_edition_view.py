"""Whose report a user may read, and which periods a form offers."""

from datetime import date

import pytest

from monitor.charter.office import Office
from monitor.domain.roles import EVERYWHERE, Scope
from monitor.reports.edition_view import covers, usual_periods

JUNIADAHA, LABS = Scope(unions=("juniadaha",)), Scope(kinds=("lab",))


@pytest.mark.parametrize(
    ("scope", "kind", "id_", "expected"),
    [
        (EVERYWHERE, "office", "", True),
        (JUNIADAHA, "office", "", False),
        (JUNIADAHA, "union", "juniadaha", True),
        (JUNIADAHA, "union", "bahirchar", False),
        (JUNIADAHA, "site", "udc-juniadaha", True),
        (JUNIADAHA, "site", "no-such-site", False),
        (JUNIADAHA, "kind", "lab", False),
        (JUNIADAHA, "operator", "any", False),
        (LABS, "kind", "lab", True),
        (LABS, "union", "juniadaha", False),
        (Scope(unions=("juniadaha",), kinds=("lab",)), "union", "juniadaha", False),
    ],
)
def test_a_report_is_read_by_whose_scope_has_all_of_its_sites(
    office: Office, scope: Scope, kind: str, id_: str, expected: bool
) -> None:
    assert covers(scope, office, kind, id_) is expected


def test_a_form_offers_the_last_finished_month_first_and_only_what_has_begun() -> None:
    today = date(2027, 1, 15)
    found = usual_periods(today)
    assert found[0].code == "2026-12"
    assert {"2027-01", "2027-Q1", "2026-27", "2025-26"} <= {each.code for each in found}
    assert all(each.begins <= today for each in found)
    assert len({(each.kind, each.code) for each in found}) == len(found)
