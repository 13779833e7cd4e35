"""Each credential is tried at a real agent: net-snmp's snmpd on loopback."""

from collections.abc import Iterator

import pytest

from tests.doctor.installation import Installation
from tests.lab.agents import HOST, snmpd

KEY = "a long enough key"
SITE = """
[sites.asked]
kind = "udc"
name_bn = "ক"
name_en = "Asked"
"""


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    user = [f'createUser reader SHA "{KEY}" AES "{KEY}"', "rouser reader priv"]
    with snmpd(user) as port:
        yield port


def reads(office: Installation, port: int, community: str) -> None:
    """Has the first site's gateway read with a community."""
    office.secret("community", community)
    office.configure("monitor.toml", "snmp.v2c.core", community_file="community")
    read_at(office, port, "core")


def read_at(office: Installation, port: int, credential: str) -> None:
    office.configure("monitor.toml", "snmp", timeout_s=0.5, retries=0)
    path = office.config / "sites.toml"
    path.write_text(f"{path.read_text(encoding='utf-8')}{SITE}", encoding="utf-8")
    office.configure("sites.toml", "sites.asked.devices.gateway", address=HOST, snmp=credential, snmp_port=port)


def test_a_device_that_is_read_is_well(office: Installation, port: int) -> None:
    reads(office, port, "public")
    assert office.found("snmp") == ["ok"]


def test_a_wrong_community_is_found_out(office: Installation, port: int) -> None:
    reads(office, port, "wrong")
    (finding,) = office.examined("snmp").findings
    assert finding.kind.code == "snmp.silent"
    assert finding.values["credential"] == "core"
    assert "wrong" not in str(finding.text), "the community itself is a secret"


def test_a_port_where_no_agent_listens_is_told_from_a_wrong_community(office: Installation) -> None:
    reads(office, 9, "public")  # discard: nobody has it
    assert office.found("snmp") == ["closed"]


@pytest.mark.parametrize(("key", "code"), [(KEY, "ok"), ("another long key", "refused")])
def test_a_user_of_version_3_with_a_wrong_key_is_refused(office: Installation, port: int, key: str, code: str) -> None:
    office.secret("key", key)
    keys = {"auth": "SHA-1", "auth_key_file": "key", "priv": "AES-128", "priv_key_file": "key"}
    office.configure("monitor.toml", "snmp.v3.core", user="reader", **keys)
    read_at(office, port, "core")
    assert office.found("snmp") == [code]


def test_a_secret_that_is_missing_is_said(office: Installation, port: int) -> None:
    reads(office, port, "public")
    (office.home / "community").unlink()
    assert office.found("snmp") == ["faulty"]


def test_a_credential_that_nobody_uses_is_noted(office: Installation) -> None:
    office.secret("community", "public")
    office.configure("monitor.toml", "snmp.v2c.core", community_file="community")
    assert office.found("snmp") == ["unused"]


def test_without_credentials_nothing_is_read(office: Installation) -> None:
    assert office.found("snmp") == ["none"]
