"""Certificates: a private authority with a server's and a client's, and whom a client certificate stands for.

The subject of a client certificate says it: the organizational unit (OU) is the role, the organization (O) the tenant
(without one `default`), the common name (CN) who it is. One without a role is let in nowhere.
"""

from __future__ import annotations

import ipaddress
import os
import re
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from workbench.api import AlreadyExists, Exhausted, Invalid, Role, Unauthenticated, Unavailable
from workbench.api.certificates import DAYS_MOST, Certificates

AUTHORITY_DAYS = 3_650
LOCAL_HOSTS = ("localhost", "127.0.0.1", "::1")
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
RESERVED = ("ca", "server")
SUBJECT_CHARACTERS = 64
"""What X.509 gives a common name or an organization."""
CLOCK_SKEW = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class CertifiedCaller:
    """Whom a client certificate stands for, and until when."""

    name: str
    tenant: str
    role: Role
    fingerprint: str
    expires: float


@lru_cache(maxsize=1_024)
def caller_of(pem: bytes) -> CertifiedCaller:
    """Whom it stands for; TLS has checked who signed it. Unauthenticated: it names no role."""
    found = x509.load_pem_x509_certificate(pem)
    role = _part(found, NameOID.ORGANIZATIONAL_UNIT_NAME)
    if role not in tuple(Role):
        raise Unauthenticated(
            f"the client certificate names no role: its OU is {role[:40]!r} and must be one of {', '.join(Role)}; "
            "workbench node certs makes such"
        )
    return CertifiedCaller(
        _part(found, NameOID.COMMON_NAME) or "nameless",
        _part(found, NameOID.ORGANIZATION_NAME) or "default",
        Role(role),
        found.fingerprint(hashes.SHA256()).hex(),
        found.not_valid_after_utc.timestamp(),
    )


def make(
    folder: Path, *, hosts: Sequence[str] = (), days: int = 365, client: str = "client", role: Role = Role.OPERATE,
    tenant: str = "default",
) -> Certificates:  # fmt: skip
    """Make what `folder` lacks of an authority, a server's certificate and that of `client`, and give what was made.

    An existing file is never written to. AlreadyExists: nothing is missing. Invalid: a name cannot be one, or what is
    there does not belong together.
    """
    _check(days, client, tenant)
    names = _alternative_names((*LOCAL_HOSTS, *hosts))
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        missing = [name for name in ("ca", "server", client) if not _has(folder, name)]
        if not missing:
            raise AlreadyExists(
                f"{folder} has an authority and the certificates of the server and of {client} already, which are not "
                "overwritten; name another folder, or another --client"
            )
        made: list[Path] = []
        if "ca" in missing:
            made += _write(folder, "ca", *_authority())
        authority = _loaded(folder)
        for name in missing[1:] if missing[0] == "ca" else missing:
            subject = [(NameOID.COMMON_NAME, name)]
            if name == "server":
                made += _write(folder, name, *_signed(authority, subject, days, names))
            else:
                subject += [(NameOID.ORGANIZATION_NAME, tenant), (NameOID.ORGANIZATIONAL_UNIT_NAME, role.value)]
                made += _write(folder, name, *_signed(authority, subject, days, None))
    except OSError as error:
        kind = Exhausted if error.errno == 28 else Unavailable
        raise kind(f"cannot write {error.filename}: {(error.strerror or 'unknown error').lower()}") from None
    return Certificates(tuple(map(str, made)), tuple(map(str, sorted({*LOCAL_HOSTS, *hosts}))), days)


def check_pair(cert: bytes, key: bytes, cert_path: str, key_path: str) -> None:
    """Invalid unless the certificate and the key belong together and can be used now."""
    found = _certificate(cert, cert_path)
    try:
        private = load_pem_private_key(key, password=None)
    except (ValueError, TypeError):
        raise Invalid(f"{key_path} holds no private key in PEM without a password") from None
    shape = Encoding.DER, PublicFormat.SubjectPublicKeyInfo
    if private.public_key().public_bytes(*shape) != found.public_key().public_bytes(*shape):
        raise Invalid(f"the key in {key_path} is not that of the certificate in {cert_path}")
    if found.not_valid_after_utc <= datetime.now(UTC):
        raise Invalid(f"the certificate in {cert_path} expired at {found.not_valid_after_utc:%Y-%m-%d}; make another")


def check_trusted(pem: bytes, path: str) -> None:
    """Invalid unless it holds a certificate of an authority."""
    _certificate(pem, path)


def _certificate(pem: bytes, path: str) -> x509.Certificate:
    try:
        return x509.load_pem_x509_certificate(pem)
    except ValueError:
        raise Invalid(f"{path} holds no certificate in PEM") from None


def _check(days: int, client: str, tenant: str) -> None:
    if not 1 <= days <= DAYS_MOST:
        raise Invalid(f"a certificate is good for 1 to {DAYS_MOST:,} days, not {days:,}")
    if not NAME.fullmatch(client) or client in RESERVED:
        raise Invalid(
            f"{client[:40]!r} cannot name a client certificate: up to 64 letters, digits, '.', '_' and '-', not "
            f"{' or '.join(RESERVED)}"
        )
    if not 1 <= len(tenant) <= SUBJECT_CHARACTERS or not tenant.isprintable():
        raise Invalid(f"a certificate holds a tenant of 1 to {SUBJECT_CHARACTERS} printable characters")


def _alternative_names(hosts: Sequence[str]) -> x509.SubjectAlternativeName:
    found: list[x509.GeneralName] = []
    for host in dict.fromkeys(hosts):
        with suppress(ValueError):
            found.append(x509.IPAddress(ipaddress.ip_address(host.strip("[]"))))
            continue
        try:
            name = host.encode("idna").decode()
            if not name or "/" in name or ":" in name or not name.isprintable():
                raise ValueError
            found.append(x509.DNSName(name))
        except ValueError:
            raise Invalid(f"{host[:40]!r} is neither the name nor the address of a host") from None
    return x509.SubjectAlternativeName(found)


def _has(folder: Path, name: str) -> bool:
    present = [path.exists() for path in _paths(folder, name)]
    if any(present) and not all(present):
        raise Invalid(f"{folder} has one of {name}.pem and {name}-key.pem without the other; name another folder")
    return all(present)


def _paths(folder: Path, name: str) -> tuple[Path, Path]:
    return folder / f"{name}.pem", folder / f"{name}-key.pem"


def _loaded(folder: Path) -> tuple[x509.Certificate, ec.EllipticCurvePrivateKey]:
    cert_path, key_path = _paths(folder, "ca")
    cert, key = cert_path.read_bytes(), key_path.read_bytes()
    check_pair(cert, key, str(cert_path), str(key_path))
    private = load_pem_private_key(key, password=None)
    if not isinstance(private, ec.EllipticCurvePrivateKey):
        raise Invalid(f"{key_path} is no key that workbench node certs made; name another folder")
    return x509.load_pem_x509_certificate(cert), private


def _authority() -> tuple[x509.Certificate, ec.EllipticCurvePrivateKey]:
    key = ec.generate_private_key(ec.SECP256R1())
    serial = x509.random_serial_number()
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, f"Actor Workbench authority {serial:040x}"[:40])])
    usage = _usage(signs=True)
    made = (
        _builder(name, name, key, AUTHORITY_DAYS, serial)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(usage, critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, hashes.SHA256())
    )
    return made, key


def _signed(
    authority: tuple[x509.Certificate, ec.EllipticCurvePrivateKey],
    subject: Sequence[tuple[x509.ObjectIdentifier, str]],
    days: int,
    names: x509.SubjectAlternativeName | None,
) -> tuple[x509.Certificate, ec.EllipticCurvePrivateKey]:
    """That of a server when it has `names`, else that of a client."""
    issuer, issuer_key = authority
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(oid, text) for oid, text in subject])
    purpose = ExtendedKeyUsageOID.CLIENT_AUTH if names is None else ExtendedKeyUsageOID.SERVER_AUTH
    identifier = x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key.public_key())
    builder = (
        _builder(name, issuer.subject, key, days, x509.random_serial_number())
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(signs=False), critical=True)
        .add_extension(x509.ExtendedKeyUsage([purpose]), critical=False)
        .add_extension(identifier, critical=False)
    )
    if names is not None:
        builder = builder.add_extension(names, critical=False)
    return builder.sign(issuer_key, hashes.SHA256()), key


def _builder(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePrivateKey, days: int, serial: int
) -> x509.CertificateBuilder:
    now = datetime.now(UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(serial)
        .not_valid_before(now - CLOCK_SKEW)
        .not_valid_after(now + timedelta(days=days))
    )


def _usage(*, signs: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs, key_cert_sign=signs, crl_sign=signs, content_commitment=False,
        key_encipherment=False, data_encipherment=False, key_agreement=False, encipher_only=False, decipher_only=False,
    )  # fmt: skip


def _write(folder: Path, name: str, cert: x509.Certificate, key: ec.EllipticCurvePrivateKey) -> list[Path]:
    """The key for the user alone, before the certificate: one without the other is never of use to somebody else."""
    cert_path, key_path = _paths(folder, name)
    secret = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    for path, data, mode in ((key_path, secret, 0o600), (cert_path, cert.public_bytes(Encoding.PEM), 0o644)):
        # O_EXCL: not through a link that somebody put there, and not over what came meanwhile.
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "wb") as file:
            file.write(data)
    return [cert_path, key_path]


def _part(cert: x509.Certificate, oid: x509.ObjectIdentifier) -> str:
    found = cert.subject.get_attributes_for_oid(oid)
    return str(found[0].value) if found else ""
