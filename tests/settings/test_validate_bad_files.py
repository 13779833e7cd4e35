"""One bad file for each error that an office can make; its first comment is the message it must get.

'…' at its end stands for what is registered (tests/test_registries.py), and grows with every kind that is added.
"""

import re
import shutil
from pathlib import Path

import pytest

from monitor.configuration import KINDS, load
from monitor.i18n.catalogue import render
from monitor.settings.problems import ConfigError
from tests.i18n.pseudo import escaped, pseudo, pseudo_locales
from tests.settings.offices import faults, office

__all__ = ["office", "pseudo", "pseudo_locales"]

BAD = sorted(Path(__file__).parent.glob("bad/*.toml"))


@pytest.mark.parametrize("bad", BAD, ids=lambda path: path.stem)
def test_a_bad_file_is_refused_with_its_line_and_what_is_expected(bad: Path, office: Path) -> None:
    source = bad.read_bytes()
    expected = source.removeprefix(b"\xef\xbb\xbf").splitlines()[0].decode().removeprefix("# ")
    target = "monitor.toml" if bad.name.startswith("monitor-") else "sites.toml"
    (office / target).write_bytes(source)
    (found,) = faults(office)
    assert found == expected or (expected.endswith("…") and found.startswith(expected.removesuffix("…")))


def test_all_faults_of_all_files_are_told_at_once_in_order(office: Path) -> None:
    for name in ("broadcast-address", "monitor-no-time"):
        target = "monitor.toml" if name.startswith("monitor-") else "sites.toml"
        shutil.copy(Path(__file__).parent / "bad" / f"{name}.toml", office / target)
    assert [fault.split(":")[0] for fault in faults(office)] == ["monitor.toml", "sites.toml"]


def test_two_faults_of_one_site_are_told_both(office: Path) -> None:
    (office / "sites.toml").write_text('[sites.a]\nkind = "x"\naddress = "y"\nname_bn = "ক"\nname_en = "A"\n')
    assert [fault.split(": ")[1] for fault in faults(office)] == ["sites.a.kind", "sites.a.address"]


def test_a_missing_file_is_named(office: Path) -> None:
    (office / "charter.toml").unlink()
    assert faults(office) == ["charter.toml: cannot be read: No such file or directory. Expected a TOML file"]


def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="is not a folder"):
        load(tmp_path / "nowhere")


def test_a_long_file_with_a_fault_on_every_line_is_answered_quickly_and_whole(office: Path) -> None:
    sites = "".join(
        f'[sites.s{n}]\nkind = "udc"\nname_bn = "ক"\nname_en = "A"\naddress = "127.77.1.1"\n' for n in range(3_000)
    )
    (office / "sites.toml").write_text(sites)
    found = faults(office)
    assert len(found) == 2_999
    assert found[-1].startswith("sites.toml:15000: sites.s2999.address: 127.77.1.1 is already")


WRITTEN = re.compile(r"'[^']*'|\"[^\"]*\"|\[[^\]]*\]|\([^)]*\)|\{[^}]*\}|\S*[\d./:_=<>@#\\-]\S*")
"""What a message quotes: values, keys, sections, examples."""


@pytest.mark.parametrize("bad", BAD, ids=lambda path: path.stem)
def test_no_word_of_a_refusal_is_left_in_english(bad: Path, office: Path, pseudo: str) -> None:
    target = "monitor.toml" if bad.name.startswith("monitor-") else "sites.toml"
    (office / target).write_bytes(bad.read_bytes())
    with pytest.raises(ConfigError) as refused:
        load(office)
    for problem in refused.value.problems:
        said = render(problem.message, pseudo)
        assert escaped(WRITTEN.sub(" ", said), NAMES) == [], said


NAMES = {
    *(name for kinds in KINDS.values() for name in kinds),
    *("true", "false", "bn", "both", "en", "GLPI", "DES", "a", "b", "host", "kind", "port"),
}
