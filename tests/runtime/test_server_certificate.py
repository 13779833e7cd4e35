"""The certificate of the page: what can be used, what is said of the rest, and how it is replaced while at work."""

import asyncio
import logging
import os
import ssl
import subprocess
import threading
from pathlib import Path

import pytest

from monitor.runtime import server_certificate
from monitor.runtime.server_certificate import NoCertificate, ServerCertificate
from tests.lab.authority import Issuer


@pytest.fixture(scope="module")
def issuer() -> Issuer:
    return Issuer.root()


def placed(issuer: Issuer, folder: Path, certificate: Path, key: Path, days: int = 5) -> None:
    """Puts a fresh certificate and its key into these files, as a renewal does."""
    pair = issuer.pair(folder, days).read_bytes()
    key_pem, _, rest = pair.partition(b"-----BEGIN CERTIFICATE")
    key.write_bytes(key_pem)
    certificate.write_bytes(b"-----BEGIN CERTIFICATE" + rest)


@pytest.fixture
def files(issuer: Issuer, tmp_path: Path) -> tuple[Path, Path]:
    certificate, key = tmp_path / "page.pem", tmp_path / "page.key"
    placed(issuer, tmp_path, certificate, key)
    return certificate, key


def test_files_that_change_are_read_again_and_those_that_do_not_are_not(
    issuer: Issuer, files: tuple[Path, Path], tmp_path: Path
) -> None:
    certificate = ServerCertificate(*files)
    first = certificate.context()
    assert first.minimum_version == ssl.TLSVersion.TLSv1_2
    assert certificate.context() is first
    assert not certificate.is_stale
    placed(issuer, tmp_path, *files, days=9)
    assert certificate.is_stale
    assert certificate.context() is not first


async def test_who_comes_while_the_files_are_read_waits_for_them_and_gets_what_was_read(
    files: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    reads, begun, on = server_certificate.load, threading.Event(), threading.Event()

    def slow(certificate: Path, key: Path) -> ssl.SSLContext:
        begun.set()
        assert on.wait(20)
        return reads(certificate, key)

    monkeypatch.setattr(server_certificate, "load", slow)
    certificate = ServerCertificate(*files)
    first = asyncio.create_task(certificate.loaded())
    await asyncio.to_thread(begun.wait, 20)
    second = asyncio.create_task(certificate.loaded())
    await asyncio.sleep(0)
    on.set()
    assert await second is await first


def test_half_a_renewal_changes_nothing_and_is_logged_once(
    issuer: Issuer, files: tuple[Path, Path], tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    certificate = ServerCertificate(*files)
    before = certificate.context()
    new_key = tmp_path / "later.key"
    placed(issuer, tmp_path, files[0], new_key)
    assert certificate.context() is before
    assert certificate.context() is before
    told = [record.getMessage() for record in caplog.records if record.levelno == logging.WARNING]
    assert len(told) == 1
    assert f"web.key: is not the key of {files[0]}" in told[0]
    os.replace(new_key, files[1])
    assert certificate.context() is not before


def encrypted(files: tuple[Path, Path]) -> None:
    words = ["openssl", "ec", "-aes128", "-passout", "pass:secret", "-in", str(files[1]), "-out", str(files[1])]
    subprocess.run(words, check=True, capture_output=True)


def removed(files: tuple[Path, Path]) -> None:
    files[0].unlink()


def rubbish(files: tuple[Path, Path]) -> None:
    files[0].write_bytes(b"\xff no certificate")


def pipe(files: tuple[Path, Path]) -> None:
    files[1].unlink()
    os.mkfifo(files[1])


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (removed, "page.pem: cannot be read: No such file or directory"),
        (rubbish, "page.pem: cannot be used with"),
        (pipe, "web.key: is no plain file, but a pipe"),
        (encrypted, "page.pem: cannot be used with"),
    ],
    ids=["missing", "no certificate", "pipe", "key with a password"],
)
def test_a_certificate_that_cannot_be_used_is_named_and_nobody_is_asked_for_a_password(
    files: tuple[Path, Path], spoil: "object", said: str
) -> None:
    assert callable(spoil)
    spoil(files)
    with pytest.raises(NoCertificate) as refused:
        ServerCertificate(*files).context()
    assert said in str(refused.value)
    assert "Expected a certificate in PEM with the issuers behind it" in str(refused.value)
