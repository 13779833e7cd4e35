"""The answers of `init`, from a file."""

from pathlib import Path

import pytest

from monitor.new_office.answers import read_answers
from monitor.settings.problems import ConfigError
from tests.new_office.office import ANSWERS


def test_a_file_of_answers_has_the_keys_of_the_configuration(tmp_path: Path) -> None:
    file = tmp_path / "answers.toml"
    file.write_text(ANSWERS, encoding="utf-8")
    answers = read_answers(file)
    assert answers.office.ticket_prefix == "MIR"
    assert answers.officers.grievance.phone == "01711000000"
    assert answers.snmp.v2c["access"].community_file == Path("community")
    assert answers.sites.parents_by_union


@pytest.mark.parametrize(
    ("written", "in_its_place", "said"),
    [
        ('ticket_prefix = "MIR"', 'ticket_prefix = "mir"', "answers.toml:9: office.ticket_prefix: "),
        ('email = "ap@mirpur.example"', 'email = "ap@"', "officers.responsible.email: "),
        ("[officers.grievance]", "[officers.griévance]", "answers.toml"),
        ('file = "list.csv"', "", "sites.file: is missing"),
        ('lang = "bn"', 'lang = "xx"', "office.lang: "),
        ('lang = "bn"', 'langue = "bn"', "office.langue: unknown key"),
    ],
)
def test_a_fault_in_the_answers_is_named_with_its_line_and_key(
    tmp_path: Path, written: str, in_its_place: str, said: str
) -> None:
    file = tmp_path / "answers.toml"
    file.write_text(ANSWERS.replace(written, in_its_place), encoding="utf-8")
    with pytest.raises(ConfigError) as refused:
        read_answers(file)
    assert said in str(refused.value)
