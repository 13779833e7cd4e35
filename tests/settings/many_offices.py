"""An installation of three offices in two districts, made of the shipped configuration, to spoil."""

import re
import shutil
from pathlib import Path

import pytest

from monitor.configuration import load_installation
from monitor.settings.problems import ConfigError
from tests.places import SHIPPED

TREE = """\
[offices.khulna]
kind = "division"
name_bn = "খুলনা"
name_en = "Khulna"

[offices.kushtia]
kind = "district"
parent = "khulna"
name_bn = "কুষ্টিয়া"
name_en = "Kushtia"

[offices.meherpur]
kind = "district"
parent = "khulna"
name_bn = "মেহেরপুর"
name_en = "Meherpur"

[offices.bheramara]
kind = "upazila"
parent = "kushtia"
name_bn = "ভেড়ামারা"
name_en = "Bheramara"
plain_ids = true

[offices.mirpur]
kind = "upazila"
parent = "kushtia"
name_bn = "মিরপুর"
name_en = "Mirpur"

[offices.gangni]
kind = "upazila"
parent = "meherpur"
name_bn = "গাংনী"
name_en = "Gangni"
"""
CHARTER = """\
[office]
name_bn = "উপজেলা কার্যালয়, {name}"
name_en = "Upazila Office, {name}"
ticket_prefix = "{prefix}"

[officers.responsible]
name_bn = "জনাব {name}"
email = "{office}@example.org"
"""
SITES = """\
[sites.pop]
kind = "backbone"
name_bn = "পপ"
name_en = "Pop of {name}"
union = "sadar"
address = "127.77.{number}.1"

[sites.udc]
kind = "udc"
name_bn = "ইউডিসি"
name_en = "UDC of {name}"
union = "sadar"
feeder = "33 kV"
parent = "pop"
address = "127.77.{number}.2"

[unions.sadar]
name_bn = "{name} সদর"
name_en = "{name} Sadar"
"""


def installation(home: Path) -> Path:
    """Make the folder 'config' in ``home``; return it."""
    directory = shutil.copytree(SHIPPED, home / "config")
    (directory / "offices.toml").write_text(TREE)
    old = directory / "offices" / "bheramara"
    old.mkdir(parents=True)
    (directory / "sites.toml").rename(old / "sites.toml")
    (old / "charter.toml").write_text(CHARTER.format(office="bheramara", name="Bheramara", prefix="BHR"))
    for number, (office, prefix) in enumerate({"mirpur": "MIR", "gangni": "GNG"}.items(), 200):
        folder = directory / "offices" / office
        folder.mkdir()
        name = office.capitalize()
        (folder / "charter.toml").write_text(CHARTER.format(office=office, name=name, prefix=prefix))
        (folder / "sites.toml").write_text(SITES.format(name=name, number=number))
    return directory


@pytest.fixture
def offices(tmp_path: Path) -> Path:
    return installation(tmp_path)


def change(file: Path, old: str, new: str) -> None:
    """Replace a text that stands in a file."""
    text = file.read_text()
    assert old in text
    file.write_text(text.replace(old, new, 1))


def faults(directory: Path) -> list[str]:
    """Return what is wrong, each with its file below the folder; lines as they are."""
    with pytest.raises(ConfigError) as caught:
        load_installation(directory)
    return [re.sub(f"^{re.escape(str(directory))}/", "", str(problem)) for problem in caught.value.problems]
