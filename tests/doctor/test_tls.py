"""The page's certificate is examined as files: real ones, of an authority of the test's own."""

from datetime import UTC, datetime, timedelta

import pytest

from monitor.doctor.tls import is_covered
from tests.doctor.installation import Installation
from tests.lab.authority import HOST, Issuer

NOW = datetime.now(UTC)  # certificates are made by the machine's own clock


@pytest.fixture
def issuer() -> Issuer:
    return Issuer.root()


def uses(office: Installation, issuer: Issuer, days: int = 200, names: tuple[str, ...] = ()) -> None:
    pair = issuer.pair(office.home, days)
    pair.chmod(0o600)
    office.configure("monitor.toml", "web", certificate=pair.name, key=pair.name, names=list(names))
    office.clock.now_utc = NOW


def test_without_a_certificate_on_loopback_all_is_well(office: Installation) -> None:
    assert office.found("tls") == ["ok" if office.settings().monitor.web.certificate else "none"]


@pytest.mark.parametrize(("days", "code"), [(200, "ok"), (13, "expires"), (-2, "expired")])
def test_its_last_day_decides(office: Installation, issuer: Issuer, days: int, code: str) -> None:
    uses(office, issuer, days)
    assert office.found("tls") == [code]


def test_one_that_is_not_valid_yet_is_a_fault(office: Installation, issuer: Issuer) -> None:
    uses(office, issuer)
    office.clock.now_utc = NOW - timedelta(days=100)
    assert office.found("tls") == ["not-yet-valid"]


def test_names_that_it_is_not_for_are_named(office: Installation, issuer: Issuer) -> None:
    uses(office, issuer, names=("monitor.example.org", HOST))
    (finding,) = office.examined("tls").findings
    assert (finding.kind.code, finding.values["missing"]) == ("tls.other-names", ["monitor.example.org"])


def test_a_key_of_another_certificate_is_a_fault(office: Installation, issuer: Issuer) -> None:
    uses(office, issuer)
    office.configure("monitor.toml", "web", key=issuer.pair(office.home, 100).name)
    (finding,) = office.examined("tls").findings
    assert finding.kind.code == "tls.unusable"
    assert "is not the key of" in str(finding.text)


def test_a_star_stands_for_one_label() -> None:
    assert is_covered("monitor.example.org", ["*.example.org"])
    assert is_covered("Monitor.example.org", ["monitor.EXAMPLE.org"])
    assert not is_covered("a.monitor.example.org", ["*.example.org"])
    assert not is_covered("example.org", ["*.example.org"])
