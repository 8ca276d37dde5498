"""Certificates that `workbench node certs` does not make: expired, not valid yet, without a role."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding, load_pem_private_key
from cryptography.x509.oid import NameOID


def changed(folder: Path, name: str, *, days: tuple[int, int] = (-1, 1), subject: dict[str, str] | None = None) -> str:
    """The certificate `name` of `folder` with the same key, good between other days from now or of another subject;
    signed by the authority of the folder. Gives its file."""
    found = x509.load_pem_x509_certificate((folder / f"{name}.pem").read_bytes())
    issuer = x509.load_pem_x509_certificate((folder / "ca.pem").read_bytes())
    key = load_pem_private_key((folder / "ca-key.pem").read_bytes(), None)
    now = datetime.now(UTC)
    parts = {"CN": NameOID.COMMON_NAME, "O": NameOID.ORGANIZATION_NAME, "OU": NameOID.ORGANIZATIONAL_UNIT_NAME}
    named = found.subject
    if subject is not None:
        named = x509.Name([x509.NameAttribute(parts[part], text) for part, text in subject.items()])
    builder = x509.CertificateBuilder(
        issuer.subject, named, found.public_key(), x509.random_serial_number(),
        now + timedelta(days=days[0]), now + timedelta(days=days[1]),
    )  # fmt: skip
    for extension in found.extensions:
        builder = builder.add_extension(extension.value, extension.critical)
    path = folder / f"{name}-changed-{abs(hash((days, str(subject))))}.pem"
    path.write_bytes(builder.sign(key, hashes.SHA256()).public_bytes(Encoding.PEM))  # type: ignore[arg-type]
    return str(path)
