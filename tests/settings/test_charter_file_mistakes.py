"""What an office may get wrong in its charter, its calendar and its holidays, and what it is then told."""

import re
import shutil
from pathlib import Path

import pytest

from monitor.configuration import load
from monitor.settings.problems import ConfigError
from tests.places import SHIPPED

# file, what stands there, what the office writes instead, and what it is told
MISTAKES = [
    (
        "charter.toml",
        'email = "dg@doict.gov.bd"',
        'email = "alamiu@doict.gov.bd@gmail.com"',
        "officers.appeal.email: this text is not an e-mail address. "
        "Expected one such as officer@example.org, or nothing",
    ),
    (
        "charter.toml",
        'email = "dg@doict.gov.bd"',
        'email = "alamiu৫৬@gmail.com"',
        "officers.appeal.email: 'alamiu৫৬@gmail.com' is not an e-mail address. "
        "Expected one such as officer@example.org, or nothing",
    ),
    (
        "charter.toml",
        'target = "immediate"',
        'target = "at once"',
        "citizen.9.target: this text is not a service-time target. "
        'Expected one of "immediate", { working_days = N }, { hours = N }, { seconds = N }',
    ),
    (
        "charter.toml",
        "target = { working_days = 3 }",
        "target = { working_days = 0 }",
        "official_defaults.target: working_days = 0 is not a service-time target. "
        "Expected a whole number from 1 to 1000",
    ),
    (
        "charter.toml",
        "target = { working_days = 3 }",
        "target = { working_days = true }",
        "official_defaults.target: working_days = true is not a service-time target. "
        "Expected a whole number from 1 to 1000",
    ),
    (
        "charter.toml",
        "target = { working_days = 3 }",
        "target = { months = 3 }",
        "official_defaults.target: { months = 3 } is not a service-time target. "
        'Expected one of "immediate", { working_days = N }, { hours = N }, { seconds = N }',
    ),
    (
        "charter.toml",
        "disposal = { months = 1 }",
        'disposal = "immediate"',
        "stages.0.disposal: 'immediate' is not a disposal time. Expected one of { months = N }, { days = N }, "
        "{ working_days = N }, { hours = N }, { seconds = N }",
    ),
    (
        "charter.toml",
        'holder = "appeal"',
        'holder = "apeal"',
        "stages: stage 2: holder: no officer 'apeal'. Did you mean 'appeal'?",
    ),
    (
        "charter.toml",
        "level = 2",
        "level = 3",
        "stages: level 3 is not the next stage's. Expected 2: 1, 2, 3 and so on, in order",
    ),
    (
        "charter.toml",
        "number = 2\nname_bn",
        "number = 1\nname_bn",
        "citizen: number 1 is not the next service's. Expected 2: 1, 2, 3 and so on, in order",
    ),
    (
        "charter.toml",
        'site_kinds = ["udc"]',
        'site_kinds = ["lab", "udc"]',
        "citizen: sites of the kind 'lab' are promised by services 6 and 8. "
        "Expected the kind in 'site_kinds' of exactly one",
    ),
    (
        "charter.toml",
        'site_kinds = ["office"]',
        "site_kinds = []",
        "citizen: sites of the kind 'office' are promised by no service. "
        "Expected the kind in 'site_kinds' of exactly one",
    ),
    (
        "charter.toml",
        'fee_bn = "বিনামূল্যে"\nfee_en = "free of charge"\nprinted_time = "৩ কার্যদিবস"',
        'fee_bn = "বিনামূল্যে"\nprinted_time = "৩ কার্যদিবস"',
        "official: service 1 has no fee_en. Expected it here or in [official_defaults]",
    ),
    (
        "charter.toml",
        'id = "bheramara"',
        'id = "BHR"',
        "office.id: this text is no id. Expected up to 63 small letters, digits and '-', the first no '-', such as "
        "udc-juniadaha",
    ),
    (
        "charter.toml",
        'ticket_prefix = "BHR"',
        'ticket_prefix = "ভেড়া"',
        "office.ticket_prefix: is not as it must be. Expected 2 to 6 capital letters A to Z, such as BHR",
    ),
    (
        "charter.toml",
        'name_en = "Sending advice"',
        'name_en = "Sending advice"\nsite_kinds = ["lab"]',
        "official: service 4 has 'site_kinds'. Expected them at citizen services only",
    ),
    (
        "charter.toml",
        "dated = 2024-04-15",
        "dated = 2024-04-15T09:00:00",
        "office.dated: 2024-04-15T09:00:00 is not a date. Expected one such as 2026-11-24, without quotes",
    ),
    (
        "charter.toml",
        "dated = 2024-04-15",
        'dated = "15/04/2024"',
        "office.dated: '15/04/2024' is not a date. Expected one such as 2026-11-24, without quotes",
    ),
    (
        "calendar.toml",
        'rule = "first-day-excluded"',
        'rule = "first-day-included"',
        "rule: found 'first-day-included'. Expected 'first-day-excluded' or 'elapsed'",
    ),
    (
        "calendar.toml",
        'weekend = ["friday", "saturday"]',
        'weekend = ["friday", "friday"]',
        "weekend: a day stands twice in the weekend. Expected each once",
    ),
    (
        "calendar.toml",
        'weekend = ["friday", "saturday"]',
        'weekend = ["sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday"]',
        "weekend: the whole week is weekend. Expected a day on which the office works",
    ),
    (
        "calendar.toml",
        '2000-01-01, opens = "09:00"',
        '2000-01-01, opens = "9 am"',
        "hours.0.opens: '9 am' is not a time of day. Expected one such as \"09:00\"",
    ),
    (
        "calendar.toml",
        '2000-01-01, opens = "09:00"',
        '2000-01-01, opens = "18:00"',
        "hours.0: 18:00 to 17:00 are no hours. Expected 'opens' before 'closes'",
    ),
    (
        "calendar.toml",
        '2000-01-01, opens = "09:00"',
        '2000-01-01, opens = "17:00"',
        "hours.0: 17:00 to 17:00 are no hours. Expected 'opens' before 'closes'",
    ),
    (
        "calendar.toml",
        "first = 2022-08-24",
        "first = 2000-01-01",
        "hours: hours from 2000-01-01 do not come after 2000-01-01. Expected them by date",
    ),
    (
        "calendar.toml",
        "first = 2022-08-24",
        "first = 1999-08-24",
        "hours: hours from 1999-08-24 do not come after 2000-01-01. Expected them by date",
    ),
    (
        "calendar.toml",
        "first = 2025-03-02, last = 2025-03-30",
        "first = 2025-03-30, last = 2025-03-02",
        "ramadan.0: 2025-03-30 to 2025-03-02 is not a stretch of days. Expected 'first' before 'last'",
    ),
    (
        "calendar.toml",
        "closed = []",
        'closed = [{ date = 2026-12-08, bn = "ক", en = "a", dated = 2026-11-30 }]',
        "closed.0.order: is missing. Expected 'order = …' in [closed.0]",
    ),
    (
        "calendar.toml",
        "closed = []",
        'closed = [{ bn = "ক", en = "a", order = "1", dated = 2026-11-30 }]',
        "closed.0: the day is not clear. Expected either 'date', or both 'first' and 'last'",
    ),
    (
        "calendar.toml",
        "closed = []",
        "closed = [\n"
        '{ date = 2026-12-08, bn = "ক", en = "a", order = "1", dated = 2026-11-30 },\n'
        '{ first = 2026-12-07, last = 2026-12-09, bn = "ক", en = "a", order = "2", dated = 2026-11-30 },\n]',
        "closed: 2026-12-08 stands twice. Expected one entry for a day: change or take out the other",
    ),
    (
        "holidays.toml",
        "date = 2025-12-16",
        "date = 2026-12-16",
        "years.0: 2026-12-16 does not belong to 2025. Expected it in its own year's list",
    ),
    (
        "holidays.toml",
        "[[years]]\nyear = 2025",
        '[[years]]\nyear = 2026\nsource = "x"\ndays = [{ date = 2026-01-01, bn = "ক", en = "a", kind = "general" }]\n'
        "[[years]]\nyear = 2025",
        "years: 2025 does not come after 2026. Expected each year once, in order",
    ),
    (
        "holidays.toml",
        "year = 2026",
        "year = 2025",
        "years.1: 2026-02-04 does not belong to 2025. Expected it in its own year's list",
    ),
    (
        "holidays.toml",
        "date = 2025-12-16",
        "date = 2025-12-25",
        "years.0: 2025-12-25 stands twice. Expected one entry for a day: change or take out the other",
    ),
]


@pytest.fixture
def office(tmp_path: Path) -> Path:
    return shutil.copytree(SHIPPED, tmp_path / "config")


def change(path: Path, old: str, new: str) -> None:
    source = path.read_text()
    assert old in source
    path.write_text(source.replace(old, new, 1))


@pytest.mark.parametrize(("file", "old", "new", "told"), MISTAKES, ids=[told.split(":")[0] for *_, told in MISTAKES])
def test_a_mistake_is_told_alone_with_its_key_and_what_is_expected(
    office: Path, file: str, old: str, new: str, told: str
) -> None:
    change(office / file, old, new)
    with pytest.raises(ConfigError) as caught:
        load(office)
    assert [re.sub(r"^.*?:\d+: ", "", str(problem)) for problem in caught.value.problems] == [told]
    assert all(problem.line > 1 for problem in caught.value.problems)


def test_a_day_both_closed_and_worked_is_refused(office: Path) -> None:
    entry = '[{ date = 2026-12-08, bn = "ক", en = "a", order = "1", dated = 2026-11-30 }]'
    change(office / "calendar.toml", "closed = []", f"closed = {entry}")
    change(office / "calendar.toml", "working = []", f"working = {entry}")
    with pytest.raises(ConfigError, match="2026-12-08 stands twice"):
        load(office)


def test_wrong_defaults_are_told_once_and_not_for_each_service(office: Path) -> None:
    change(office / "charter.toml", "target = { working_days = 1 }", "target = 1")
    with pytest.raises(ConfigError) as caught:
        load(office)
    assert [problem.key for problem in caught.value.problems] == ["citizen_defaults.target"]
