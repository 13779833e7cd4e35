"""The charter, the calendar and the holidays as files: what is shipped."""

import datetime as dt
import re
import tomllib
import unicodedata

import pytest

from monitor.charter.services import Charter
from monitor.configuration import load
from monitor.domain.period import IMMEDIATE, Period
from monitor.settings.charter_file import CharterFile
from tests.places import SHIPPED


def shipped() -> CharterFile:
    return load(SHIPPED).charter


def test_the_charter_has_its_ten_citizen_and_four_official_services() -> None:
    keys = [f"citizen:{n}" for n in range(1, 11)] + [f"official:{n}" for n in range(1, 5)]
    assert list(Charter.of(shipped()).services) == keys


def test_the_office_is_called_by_its_id_or_without_one_by_its_ticket_prefix() -> None:
    assert Charter.of(shipped()).office_id == "bheramara"
    entry = shipped().office.model_copy(update={"id": None})
    assert Charter.of(shipped().model_copy(update={"office": entry})).office_id == "bhr"


def test_a_service_takes_from_its_section_what_it_does_not_say_itself() -> None:
    first, backbone = shipped().citizen[0], shipped().citizen[9]
    assert first.documents_bn == "প্রযোজ্য ক্ষেত্রে সাদা কাগজে আবেদন পত্র"
    assert first.fee_en == backbone.fee_en == "free of charge"
    assert (first.target, backbone.target) == (Period("working_days", 1), IMMEDIATE)
    assert all(service.target == Period("working_days", 3) for service in shipped().official)


def test_each_kind_of_site_comes_under_the_row_that_names_it() -> None:
    charter = Charter.of(shipped())
    kinds = {"backbone": "citizen:10", "udc": "citizen:8", "lab": "citizen:6", "office": "citizen:7"}
    assert {kind: charter.service_for_kind(kind).key for kind in kinds} == kinds  # type: ignore[arg-type]


def test_what_is_printed_but_cannot_be_written_to_is_kept_apart() -> None:
    charter = Charter.of(shipped())
    responsible = charter.officer("responsible")
    assert responsible.email is None
    assert responsible.printed_email == ("alamiu@doict.gov.bd@gmail.com", "alamiu৫৬@gmail.com")
    assert [officer.role for officer in charter.without_email()] == ["responsible", "cell"]


def test_an_officer_whom_the_charter_does_not_name_goes_by_the_part_played() -> None:
    charter = Charter.of(shipped())
    assert charter.officer("cell").name("en") == "Grievance Management Cell, ICT Division"
    assert charter.officer("appeal").name("bn") == "জনাব এ. বি. এম. আরশাদ হোসেন (অতিরিক্ত সচিব)"
    with pytest.raises(KeyError):
        charter.officer("nobody")


def test_the_chain_is_one_month_two_months_two_months() -> None:
    stages = Charter.of(shipped()).stages
    assert [(stage.holder, stage.disposal_text("bn")) for stage in stages] == [
        ("grievance", "১ মাস"),
        ("appeal", "২ মাস"),
        ("cell", "২ মাস"),
    ]


def test_every_holiday_of_2026_that_was_notified_is_there() -> None:
    days = [day for entry in load(SHIPPED).holidays.years[1].days for day in entry.days()]
    # 14 general and 14 executive days by the notification of 09/11/2025, two for the election, one on 18 March
    assert len(days) == len(set(days))
    assert {dt.date(2026, 2, 11), dt.date(2026, 3, 18), dt.date(2026, 10, 20), dt.date(2026, 5, 31)} <= set(days)


@pytest.mark.parametrize("name", ["charter.toml", "calendar.toml", "holidays.toml"])
def test_shipped_bangla_is_composed_the_normal_way(name: str) -> None:
    text = (SHIPPED / name).read_text()
    assert text == unicodedata.normalize("NFC", text)


@pytest.mark.parametrize("name", ["charter.toml", "calendar.toml", "holidays.toml"])
def test_every_key_is_explained_in_the_file_itself(name: str) -> None:
    source = (SHIPPED / name).read_text()
    comments = "\n".join(line.partition("#")[2] for line in source.splitlines())

    def keys(node: object) -> set[str]:
        if isinstance(node, list):
            return {key for item in node for key in keys(item)}
        if not isinstance(node, dict):
            return set()
        plain = {key for key, value in node.items() if not isinstance(value, dict)}
        return plain | {key for value in node.values() for key in keys(value)}

    def explained(key: str) -> bool:
        word = key.removesuffix("_bn").removesuffix("_en")
        above = rf"^#.*\n(\[\[)?{key}( =|\]\])"
        return (
            key.startswith("printed")
            or bool(re.search(rf"\b{word}\b|\b{word}_", comments))
            or bool(re.search(above, source, re.MULTILINE))
        )

    assert {key for key in keys(tomllib.loads(source)) if not explained(key)} == set()
