"""What unions are called."""

from pathlib import Path

from monitor.configuration import load
from monitor.domain.reasons import Names
from tests.places import SHIPPED
from tests.settings.offices import faults, office

__all__ = ["office"]


def test_a_union_has_its_names_in_whatever_spelling_it_is_asked_for() -> None:
    fleet = load(SHIPPED).fleet
    assert fleet.union_name("bahirchar") == fleet.union_name(" Bahirchar") == Names("বাহিরচর", "Bahirchar")
    assert fleet.union_name("Elsewhere") == Names("Elsewhere", "Elsewhere")


def test_a_union_with_half_its_names_is_refused(office: Path) -> None:
    with (office / "sites.toml").open("a", encoding="utf-8") as file:
        file.write('\n[unions.mirpur]\nname_bn = "মিরপুর"\n')
    (found,) = faults(office)
    assert found.endswith("unions.mirpur.name_en: is missing. Expected 'name_en = …' in [unions.mirpur]")
