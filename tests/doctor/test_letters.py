"""What keeps letters from reaching anybody is read from the configuration."""

from tests.doctor.installation import Installation


def test_the_shipped_example_reaches_nobody(office: Installation) -> None:
    assert {"no-server", "not-confirmed"} <= set(office.found("letters"))


def test_an_office_that_is_filled_in_is_well(office: Installation) -> None:
    office.configure("charter.toml", "office", officers_confirmed=True)
    for role in office.settings().charter.officers:
        office.configure("charter.toml", f"officers.{role}", email=f"{role}@example.org")
    office.configure("monitor.toml", "mail", host="mail.example.org", sender="monitor@example.org")
    assert office.found("letters") == ["ok"]
    office.configure("charter.toml", "officers.responsible", email="")
    (finding,) = office.examined("letters").findings
    assert finding.values["roles"] == ["responsible"]
    office.configure("charter.toml", "officers.responsible", email="r@example.org")
    office.configure("monitor.toml", "mail", security="none")
    assert office.found("letters") == ["in-the-clear"]
    office.configure("monitor.toml", "mail", host="127.0.0.1")
    assert office.found("letters") == ["ok"], "nobody is on the way"
