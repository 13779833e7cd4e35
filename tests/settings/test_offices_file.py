"""The tree of offices: its ways up and down, and what no tree can be."""

from pathlib import Path

import pytest

from monitor.configuration import KINDS
from monitor.settings.offices_file import read_offices
from monitor.settings.problems import ConfigError
from tests.settings.many_offices import TREE


def faults(tmp_path: Path, text: str) -> list[str]:
    (tmp_path / "offices.toml").write_text(text)
    with pytest.raises(ConfigError) as caught:
        read_offices(tmp_path / "offices.toml", "offices.toml", KINDS)
    return [str(problem) for problem in caught.value.problems]


def test_the_tree_knows_the_way_up_and_the_offices_below(tmp_path: Path) -> None:
    (tmp_path / "offices.toml").write_text(TREE)
    tree, _ = read_offices(tmp_path / "offices.toml", "offices.toml", KINDS)
    assert (tree.root.id, tree.plain) == ("khulna", "bheramara")
    assert tree.offices == ("bheramara", "mirpur", "gangni")
    assert tree.path("mirpur") == ("khulna", "kushtia", "mirpur")
    assert tree.below("kushtia") == ("bheramara", "mirpur")
    assert tree.below("khulna") == tree.offices
    assert tree.below("gangni") == ("gangni",)
    assert tree.children["khulna"] == ("kushtia", "meherpur")
    assert tree.holds("kushtia", "mirpur")
    assert tree.holds("mirpur", "mirpur")
    assert not tree.holds("kushtia", "gangni")
    assert not tree.holds("mirpur", "kushtia")
    district = tree.above("gangni", "district")
    assert district is not None
    assert district.names.en == "Meherpur"
    assert tree.above("khulna", "district") is None


NODE = '[offices.{}]\nkind = "{}"\n{}name_bn = "ক"\nname_en = "A"\n'


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            NODE.format("a", "upazila", "") + NODE.format("b", "upazila", ""),
            ["offices.toml:5: offices.b: belongs to nothing, as 'a' does (line 1). Expected 'parent' at all but one"],
        ),
        (
            NODE.format("kushtia", "district", "") + NODE.format("a", "upazila", 'parent = "kushti"\n'),
            ["offices.toml:7: offices.a.parent: no office 'kushti'. Did you mean 'kushtia'?"],
        ),
        (
            NODE.format("a", "upazila", "") + NODE.format("b", "district", 'parent = "a"\n'),
            [
                "offices.toml:7: offices.b.parent: the kind 'district' does not belong to the kind 'upazila'. "
                "Expected one of: nation, division"
            ],
        ),
        (
            NODE.format("a", "upazila", 'parent = "a"\n'),
            ["offices.toml:3: offices.a.parent: a circle of parents: a → a. Expected a tree"],
        ),
        (
            NODE.format("a", "nation", ""),
            ["offices.toml:1: offices: there is no office. Expected at least one of the kind 'upazila'"],
        ),
        (
            NODE.format("d", "district", "")
            + NODE.format("a", "upazila", 'parent = "d"\nplain_ids = true\n')
            + NODE.format("b", "upazila", 'parent = "d"\nplain_ids = true\n'),
            ["offices.toml:14: offices.b.plain_ids: is said of 'a' as well (line 8). Expected it of one office"],
        ),
        (
            NODE.format("d", "district", "plain_ids = true\n") + NODE.format("a", "upazila", 'parent = "d"\n'),
            ['offices.toml:3: offices.d.plain_ids: has no sites. Expected it at an office (kind = "upazila")'],
        ),
        (
            NODE.format("d", "district", 'officer_en = "Ms Salma"\n')
            + NODE.format("a", "upazila", 'parent = "d"\nmonthly_report = true\n'),
            [
                "offices.toml:1: offices.d: 'officer_bn' and 'officer_en' belong together. Expected both, or neither",
                "offices.toml:9: offices.a.monthly_report: is said by an office's own files. "
                "Expected it at a nation, division or district",
            ],
        ),
        (
            NODE.format("d", "district", 'report_readers = ["duty"]\n')
            + NODE.format("a", "upazila", 'parent = "d"\nreport_readers = ["duty"]\n'),
            [
                "offices.toml:3: offices.d.report_readers: no report is made for them by itself. "
                "Expected monthly_report = true",
                "offices.toml:9: offices.a.report_readers: is said by an office's own files. "
                "Expected it at a nation, division or district",
            ],
        ),
        (
            NODE.format("a", "village", ""),
            [
                "offices.toml:2: offices.a.kind: found another text. "
                "Expected 'nation', 'division', 'district' or 'upazila'"
            ],
        ),
        ("offices = 3\n", ["offices.toml:1: offices: is no table. Expected one, with keys of its own"]),
        ("", ["offices.toml:1: offices: is missing. Expected it in this file"]),
    ],
)
def test_what_is_no_tree_is_refused_with_its_line(tmp_path: Path, text: str, expected: list[str]) -> None:
    assert faults(tmp_path, text) == expected


def test_a_place_is_a_tree_of_its_own_with_what_is_below_it(tmp_path: Path) -> None:
    (tmp_path / "offices.toml").write_text(TREE)
    tree, _ = read_offices(tmp_path / "offices.toml", "offices.toml", KINDS)
    kushtia = tree.under("kushtia")
    assert list(kushtia.nodes) == ["kushtia", "bheramara", "mirpur"]
    assert (kushtia.root.id, kushtia.offices, kushtia.plain) == ("kushtia", ("bheramara", "mirpur"), "bheramara")
    assert kushtia.path("mirpur") == ("kushtia", "mirpur")
    assert tree.under("khulna") == tree
    assert (tree.under("gangni").offices, tree.under("gangni").plain) == (("gangni",), "")
    assert tree.under("gone").nodes == {}
