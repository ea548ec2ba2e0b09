"""Signing: making keys, signing PDF files and verifying them, with pyHanko."""

from sdflow.adapters.signing.authority import (
    Revocation,
    issue,
    issued_by,
    new_authority,
    revocation_list,
    revoked_in,
)
from sdflow.adapters.signing.authority_folder import (
    certificate_issued,
    keep_issued,
    read_revocations,
    require_authority,
    write_authority,
    write_revocations,
)
from sdflow.adapters.signing.certificates import BroughtCertificate, read_certificate
from sdflow.adapters.signing.key_file import key_written, require_free
from sdflow.adapters.signing.keys import SignatoryKey, SigningKey, load_key, new_key
from sdflow.adapters.signing.scans import scan_type
from sdflow.adapters.signing.signer import sign
from sdflow.adapters.signing.timestamps import pinned, timestamp_authority
from sdflow.adapters.signing.verifier import agreement_in, verify

__all__ = [
    "BroughtCertificate",
    "Revocation",
    "SignatoryKey",
    "SigningKey",
    "agreement_in",
    "certificate_issued",
    "issue",
    "issued_by",
    "keep_issued",
    "key_written",
    "load_key",
    "new_authority",
    "new_key",
    "pinned",
    "read_certificate",
    "read_revocations",
    "require_authority",
    "require_free",
    "revocation_list",
    "revoked_in",
    "scan_type",
    "sign",
    "timestamp_authority",
    "verify",
    "write_authority",
    "write_revocations",
]
