"""A certificate authority of a test's own: certificates for loopback, through an intermediate or not, good for days."""

import ssl
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import Self

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

HOST = "127.0.0.1"
PEM = serialization.Encoding.PEM


@dataclass(frozen=True)
class Issuer:
    """Who signs: the authority itself or an intermediate. ``chain``: what a server sends besides its own."""

    certificate: x509.Certificate
    key: ec.EllipticCurvePrivateKey
    chain: tuple[x509.Certificate, ...] = ()

    @classmethod
    def root(cls, name: str = "test authority", days: int = 400) -> Self:
        """A new authority that signs for itself."""
        key = ec.generate_private_key(ec.SECP256R1())
        return cls(_signed(name, key.public_key(), days, name, key, is_authority=True), key)

    def intermediate(self, name: str, days: int) -> "Issuer":
        """An authority that this one vouches for."""
        key = ec.generate_private_key(ec.SECP256R1())
        own = _signed(name, key.public_key(), days, self.name, self.key, is_authority=True)
        return Issuer(own, key, (own, *self.chain))

    @property
    def name(self) -> str:
        return str(self.certificate.subject.get_attributes_for_oid(x509.NameOID.COMMON_NAME)[0].value)

    def file(self, folder: Path) -> Path:
        """Its certificate, for those who are to trust it."""
        made = folder / f"{self.name}.pem"
        made.write_bytes(self.certificate.public_bytes(PEM))
        return made

    def server(self, folder: Path, days: int, host: str = HOST) -> ssl.SSLContext:
        """How a server speaks TLS with a certificate of this issuer that is good for so many days from now."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.pair(folder, days, host))
        return context

    def pair(self, folder: Path, days: int, host: str = HOST) -> Path:
        """A file with a server's key and its certificate of this issuer, good for so many days from now."""
        key = ec.generate_private_key(ec.SECP256R1())
        own = _signed(host, key.public_key(), days, self.name, self.key, host=host)
        file = folder / f"{host}-{days}-{own.serial_number}.pem"
        plain = key.private_bytes(PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        file.write_bytes(plain + b"".join(each.public_bytes(PEM) for each in (own, *self.chain)))
        return file


def _signed(
    subject: str,
    public_key: ec.EllipticCurvePublicKey,
    days: int,
    issuer: str,
    key: ec.EllipticCurvePrivateKey,
    host: str = "",
    is_authority: bool = False,
) -> x509.Certificate:
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, subject)]))
        .issuer_name(x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, issuer)]))
        .public_key(public_key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=60))
        .not_valid_after(now + timedelta(days=days, hours=1))
    )
    if is_authority:
        made = made.add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
    if host:
        made = made.add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address(host))]), critical=False)
    return made.sign(key, hashes.SHA256())
