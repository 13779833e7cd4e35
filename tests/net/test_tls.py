"""The certificate authorities that are believed, and the words for what fails."""

import os
import ssl
from pathlib import Path

import pytest

from monitor.i18n.reasons import reason_text
from monitor.i18n.terms import CERTIFICATE_FAULTS, TLS_FAULTS
from monitor.net.tls import FAULTS, NOT_TRUSTED, NoAuthority, client_context, fault_of


@pytest.mark.timeout(10)
def test_a_pipe_in_the_place_of_the_machine_s_authorities_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    os.mkfifo(tmp_path / "authorities.pem")
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "authorities.pem"))
    with pytest.raises(NoAuthority, match=r"authorities\.pem is no plain file"):
        client_context()


@pytest.mark.parametrize(
    ("verify_code", "said", "told"),
    [
        (10, "certificate has expired", {"en": "certificate: certificate has expired", "bn": "মেয়াদ শেষ"}),
        (20, "unable to get local issuer certificate", {"en": "certificate: its issuer is not trusted here"}),
        (62, "Hostname mismatch, ...", {"en": "certificate: it is for another name", "bn": "অন্য নামের জন্য"}),
        (99, "something new", {"en": "certificate: something new", "bn": "something new"}),
    ],
)
def test_a_certificate_is_refused_by_the_code_of_its_verification(
    verify_code: int, said: str, told: dict[str, str]
) -> None:
    error = ssl.SSLCertVerificationError(1, "[SSL: CERTIFICATE_VERIFY_FAILED]")
    error.verify_code, error.verify_message = verify_code, said
    for lang, words in told.items():
        assert words in reason_text(fault_of(error), lang)


@pytest.mark.parametrize("fault", [*FAULTS.values(), *NOT_TRUSTED.values()])
def test_each_fault_has_words(fault: str) -> None:
    assert fault in TLS_FAULTS or fault in CERTIFICATE_FAULTS
