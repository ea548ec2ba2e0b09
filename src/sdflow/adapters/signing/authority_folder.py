"""Authority folder: where a workspace keeps what is public of its own authority: certificates and the list."""

from __future__ import annotations

from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from sdflow.adapters.signing.authority import revoked_in
from sdflow.adapters.signing.keys import SigningKey, fingerprint
from sdflow.domain.errors import NotFound, Refused, Unreadable
from sdflow.domain.signature import NewKey, Revocations

_CERTIFICATE = "authority.pem"
_LIST = "revoked.crl"
_ISSUED = "issued"


def read_revocations(folder: Path) -> Revocations | None:
    """The authority and its list; none where the workspace has no authority, Unreadable where the files will not do."""
    if not (folder / _CERTIFICATE).exists():
        return None
    certificate = _certificate(folder / _CERTIFICATE)
    path = folder / _LIST
    try:
        found = Revocations(certificate.public_bytes(Encoding.DER), path.read_bytes())
        revoked_in(found)
    except OSError as error:
        raise Unreadable.because(str(path), f"cannot be read ({error.strerror})") from None
    except ValueError as error:
        raise Unreadable.because(str(path), f"is not the authority's list of revoked certificates ({error})") from None
    return found


def write_authority(folder: Path, key: NewKey, empty_list: bytes) -> None:
    """Keep a new authority's certificate and its first list; Refused where there is an authority already."""
    if (folder / _CERTIFICATE).exists():
        raise Refused(
            f"{folder} holds an authority already",
            advice="its certificates would no longer be known; keep it, or move the folder away",
        )
    (folder / _ISSUED).mkdir(parents=True, exist_ok=True)
    write_revocations(folder, empty_list)
    (folder / _CERTIFICATE).write_bytes(key.certificate_pem)


def write_revocations(folder: Path, listed: bytes) -> None:
    """Replace the list as a whole: whoever reads meanwhile sees the old one or the new one."""
    beside = folder / f"{_LIST}.new"
    beside.write_bytes(listed)
    beside.replace(folder / _LIST)


def keep_issued(folder: Path, authority: SigningKey, key: NewKey) -> None:
    """Keep a certificate that the authority issued: its number is needed to revoke it.

    Raises Refused if the folder is not that authority's.
    """
    require_authority(folder, authority)
    (folder / _ISSUED / f"{key.fingerprint}.pem").write_bytes(key.certificate_pem)


def require_authority(folder: Path, authority: SigningKey) -> Revocations:
    """The list of that authority; raises Refused if the workspace has none, or another."""
    found = read_revocations(folder)
    if found is None:
        raise Refused("this workspace has no authority", advice="make one with: sdflow authority new -o FILE")
    known = fingerprint(x509.load_der_x509_certificate(found.authority))
    if known != authority.fingerprint:
        raise Refused(
            f"the key of {authority.name} is not that of this workspace's authority",
            (f"the workspace's has the certificate {known[:16]}…, the key given {authority.fingerprint[:16]}…",),
        )
    return found


def certificate_issued(folder: Path, started: str) -> tuple[str, int]:
    """Fingerprint and serial number of the issued certificate whose fingerprint starts so; NotFound if not exactly one."""
    wanted = started.replace(":", "").lower()
    found = [path for path in sorted((folder / _ISSUED).glob("*.pem")) if wanted and path.stem.startswith(wanted)]
    if len(found) != 1:
        why = "issued no certificate" if not found else f"issued {len(found)} certificates"
        raise NotFound(
            f"the authority {why} whose SHA-256 starts with '{started}'",
            advice="give more of it, as `verify` prints it",
        )
    certificate = _certificate(found[0])
    return fingerprint(certificate), certificate.serial_number


def _certificate(path: Path) -> x509.Certificate:
    try:
        return x509.load_pem_x509_certificate(path.read_bytes())
    except OSError as error:
        raise Unreadable.because(str(path), f"cannot be read ({error.strerror})") from None
    except ValueError:
        raise Unreadable.because(str(path), "holds no certificate in PEM form") from None
