"""The texts of a new office's files: its own answers, and nothing of the office that the files were shipped with."""

import tomllib
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from monitor.new_office.answers import read_answers
from monitor.new_office.folder import NAMES, secrets_of, shipped, with_parents, written
from tests.new_office.office import ANSWERS

OF_BHERAMARA = ("Bheramara", "ভেড়ামারা", "Kushtia", "কুষ্টিয়া", "01922367232", "alamiu", "abuzordoict", "আলমগীর", "আবুজর")
SITE = '[sites.a]\nkind = "udc"\nname_bn = "ক"\nname_en = "A"\naddress = "127.77.1.1"\n'
ROWS = st.lists(
    st.fixed_dictionaries(
        {
            "id": st.uuids().map(str),
            "kind": st.sampled_from(["backbone", "udc", "lab"]),
            "union": st.sampled_from(["", "a", "b"]),
            "parent": st.sampled_from(["", "elsewhere"]),
        }
    ),
    max_size=8,
)


def texts(tmp_path: Path) -> dict[str, str]:
    file = tmp_path / "answers.toml"
    file.write_text(ANSWERS, encoding="utf-8")
    return written(read_answers(file), [SITE], shipped())


def test_the_shipped_files_come_with_the_package() -> None:
    assert shipped() == {name: Path("config", name).read_text(encoding="utf-8") for name in NAMES}


def test_nothing_of_the_office_that_the_files_were_shipped_with_is_in_force(tmp_path: Path) -> None:
    for text in texts(tmp_path).values():
        values = repr(tomllib.loads(text))
        assert [word for word in OF_BHERAMARA if word in values] == []


def test_the_answers_are_in_force_and_the_charters_rows_and_the_nations_officers_stay(tmp_path: Path) -> None:
    found = {name: tomllib.loads(text) for name, text in texts(tmp_path).items()}
    before = {name: tomllib.loads(text) for name, text in shipped().items()}
    charter = found["charter.toml"]
    assert charter["office"]["id"] == "mirpur"
    assert not charter["office"]["officers_confirmed"]
    assert charter["officers"]["responsible"]["email"] == "ap@mirpur.example"
    assert charter["officers"]["responsible"]["office_bn"] == "উপজেলা কার্যালয়, মিরপুর"
    assert charter["officers"]["grievance"]["email"] == ""
    assert charter["officers"]["grievance"]["role_en"] == "Grievance Redress Officer (GRO)"
    for kept in ("citizen", "official", "internal", "stages"):
        assert charter.get(kept) == before["charter.toml"].get(kept)
    assert charter["officers"]["appeal"] == before["charter.toml"]["officers"]["appeal"]
    monitor = found["monitor.toml"]
    assert monitor["mail"]["password_file"] == "secrets/mail"
    assert monitor["snmp"]["v2c"]["access"] == {"community_file": "secrets/access"}
    assert monitor["snmp"]["v3"]["core"]["auth_key_file"] == "secrets/core-auth"
    assert monitor["vantage"]["main"]["references"] == ["127.77.0.9"]
    assert monitor["probing"] == before["monitor.toml"]["probing"]
    assert list(found["sites.toml"]["sites"]) == ["a"]
    assert found["calendar.toml"] == before["calendar.toml"]


def test_the_comments_that_say_what_a_key_means_stay(tmp_path: Path) -> None:
    found = texts(tmp_path)
    assert "#   operator_hours  how long" in found["sites.toml"]
    assert "THIS IS AN EXAMPLE" not in found["sites.toml"]
    assert "# officers_confirmed true once" in found["charter.toml"]
    assert "compare each row with your own" in found["charter.toml"]


def test_every_secret_gets_a_file_of_its_own(tmp_path: Path) -> None:
    file = tmp_path / "answers.toml"
    file.write_text(ANSWERS, encoding="utf-8")
    places = [str(place) for _, place in secrets_of(read_answers(file)).values()]
    assert places == ["secrets/mail", "secrets/access", "secrets/core-auth", "secrets/core-priv"]


@given(ROWS)
def test_a_site_without_a_parent_is_behind_the_one_link_of_its_union_and_nothing_else_changes(
    rows: list[dict[str, str]],
) -> None:
    for before, after in zip(rows, with_parents(rows), strict=True):
        links = [row["id"] for row in rows if row["kind"] == "backbone" and row["union"] == before["union"] != ""]
        if before["kind"] != "backbone" and not before["parent"] and len(links) == 1:
            assert after == {**before, "parent": links[0]}
        else:
            assert after == before
