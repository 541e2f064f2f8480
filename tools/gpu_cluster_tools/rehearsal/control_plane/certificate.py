"""Certificates: of a user, signed by the control plane's CA, and self-signed ones of a host."""

import warnings
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.utils import CryptographyDeprecationWarning
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

_VALID = timedelta(days=365)
_SKEW = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Certificate:
    """Certificate and key in PEM format."""

    certificate: bytes
    key: bytes


def issue(pki: Path, *, user: str, group: str) -> Certificate:
    """Issue a certificate for a user and group, signed by the CA whose certificate and key are in `pki`."""
    authority = _authority(pki / "ca.crt")
    signer = serialization.load_pem_private_key((pki / "ca.key").read_bytes(), password=None)
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name(
        [
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, group),
            x509.NameAttribute(NameOID.COMMON_NAME, user),
        ]
    )
    issued = (
        _valid_for_a_year(subject, authority.subject, key)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CLIENT_AUTH]), critical=False)
        .sign(signer, hashes.SHA256())  # pyright: ignore[reportArgumentType]  (a CA's key signs)
    )
    return _in_pem(issued, key)


def self_signed(host: str, *further: str) -> Certificate:
    """Issue a server certificate for a host, and `further` ones, signed by its own key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, host)])
    issued = (
        _valid_for_a_year(name, name, key)
        .add_extension(
            x509.SubjectAlternativeName([x509.DNSName(it) for it in (host, *further)]), critical=False
        )
        .sign(key, hashes.SHA256())
    )
    return _in_pem(issued, key)


def _valid_for_a_year(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePrivateKey
) -> x509.CertificateBuilder:
    now = datetime.now(UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - _SKEW)
        .not_valid_after(now + _VALID)
    )


def _in_pem(issued: x509.Certificate, key: ec.EllipticCurvePrivateKey) -> Certificate:
    return Certificate(
        issued.public_bytes(serialization.Encoding.PEM),
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        ),
    )


def _authority(file: Path) -> x509.Certificate:
    """CA certificate; kwokctl's has the serial number 0, which causes a warning for every user."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", CryptographyDeprecationWarning)
        return x509.load_pem_x509_certificate(file.read_bytes())
