"""The certificate authorities that are believed."""

import os
from pathlib import Path

import pytest

from monitor.net.tls import NoAuthority, client_context


@pytest.mark.timeout(10)
def test_a_pipe_in_the_place_of_the_machine_s_authorities_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    os.mkfifo(tmp_path / "authorities.pem")
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "authorities.pem"))
    with pytest.raises(NoAuthority, match=r"authorities\.pem is no plain file"):
        client_context()
