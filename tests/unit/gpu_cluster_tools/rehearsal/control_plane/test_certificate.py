from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from gpu_cluster_tools.rehearsal.control_plane.certificate import issue

AUTHORITY = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "authority")])


def authority(folder: Path) -> x509.Certificate:
    """Authority of a control plane, with its certificate and key in the folder."""
    key = ec.generate_private_key(ec.SECP256R1())
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(AUTHORITY)
        .issuer_name(AUTHORITY)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now)
        .not_valid_after(now + timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    (folder / "ca.crt").write_bytes(certificate.public_bytes(pem))
    (folder / "ca.key").write_bytes(
        key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return certificate


def test_certificate_names_the_user_and_is_signed_by_the_authority(tmp_path: Path) -> None:
    signer = authority(tmp_path)

    issued = issue(tmp_path, user="gpu-cluster:team:vision", group="vision")

    certificate = x509.load_pem_x509_certificate(issued.certificate)
    certificate.verify_directly_issued_by(signer)
    assert certificate.subject.rfc4514_string() == "CN=gpu-cluster:team:vision,O=vision"
    key = serialization.load_pem_private_key(issued.key, password=None)
    assert key.public_key() == certificate.public_key()
