"""The checker of Bangla texts finds English words, and nothing else."""

from tests.i18n.latin import latin_words


def test_words_in_latin_letters_are_found() -> None:
    assert latin_words("\u09b8\u099a\u09b2 down; 3 sites") == ["down", "sites"]


def test_names_units_commands_options_keys_and_addresses_are_not() -> None:
    assert latin_words("SNMP `ticket ack` --site NAME [snmp.v3.NAME] 'own words'") == []
    assert latin_words("/var/x.eml udc-x BHR-2026-000001 10.0.0.1 2001:db8::1 UTF-8") == []
    assert latin_words("Bahirchar lab", {"Bahirchar"}) == ["lab"]
