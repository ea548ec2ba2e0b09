"""Signer: puts one signature under a document, as an incremental update (PAdES B-B, with an authority B-LT)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from typing import Any

from asn1crypto.x509 import Certificate
from pyhanko.pdf_utils.content import PdfContent
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.layout import AxisAlignment, BoxConstraints, SimpleBoxLayoutRule
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.fields import MDPPerm, SigSeedSubFilter, enumerate_sig_fields
from pyhanko.sign.general import SigningError
from pyhanko.sign.signers import PdfSignatureMetadata, PdfSigner, Signer
from pyhanko.sign.signers.pdf_signer import DSSContentSettings, PdfSigningSession, SigDSSPlacementPreference
from pyhanko.stamp import BaseStampStyle, NoOpStampStyle, StaticStampStyle
from pyhanko_certvalidator import ValidationContext

from sdflow.adapters.signing.authority import as_library_list, issued_by, revoked_at
from sdflow.adapters.signing.download import Silence, refused
from sdflow.adapters.signing.keys import DIGEST, SignatoryKey
from sdflow.adapters.signing.malformed import MALFORMED, UNTRUSTED, quietly, reason
from sdflow.adapters.signing.timestamps import Stamper, validation_context
from sdflow.domain.errors import Refused, Unreadable
from sdflow.domain.signature import Revocations, SigningRequest, TimestampAuthority

_IN_THE_SIGNED_UPDATE = DSSContentSettings(
    include_vri=False, placement=SigDSSPlacementPreference.TOGETHER_WITH_SIGNATURE
)
"""Nothing is added after a signature, so that the last one covers the entire file."""

_NO_WITNESS: tuple[type[Exception], ...] = (Silence, *UNTRUSTED)


@dataclass(frozen=True)
class _Fields:
    """The signature fields of a document: which are filled, which are empty, which would close it."""

    filled: tuple[str, ...]
    empty: tuple[str, ...]
    closing: frozenset[str]

    @property
    def closed(self) -> bool:
        return any(field in self.closing for field in self.filled)


def sign(
    pdf: bytes,
    request: SigningRequest,
    key: SignatoryKey,
    stamp: bytes | None,
    *,
    timestamps: TimestampAuthority | None = None,
    revocations: Revocations | None = None,
) -> bytes:
    """The document with the requested signature in its field, everything before it byte for byte as it was.

    `stamp` is a one-page PDF that becomes the visible appearance. The signing time is the request's; with
    `timestamps` that authority proves it, and what its stamp needs to be checked later is embedded, in the same
    update, so that the signature covers it. Without, the time is claimed. `revocations` are those of the workspace's
    own authority, embedded if it issued the key's certificate. Raises Refused if this signature may not be put there
    now or no time stamp comes, Unreadable if the document is no PDF.
    """
    with quietly():
        obstacles = _obstacles(_fields(pdf), request) + _expiry(key, request.signed_at)
        obstacles += _revoked(key, revocations)
        if obstacles:
            raise _refused(request, obstacles)
        try:
            return _signed(pdf, request, key, stamp, _Witness(timestamps, _issuing(key, revocations)))
        except SigningError as error:
            raise _refused(request, [reason(error)]) from error
        except _NO_WITNESS as failure:
            raise refused(request.field, timestamps.url if timestamps else "nobody", _why(failure)) from failure


def _why(failure: Exception) -> str:
    return str(failure) if isinstance(failure, Silence) else f"its certificate does not hold ({failure})"


@dataclass(frozen=True)
class _Witness:
    """Who vouches for a signature beside its key: an authority for its time, another for its certificate."""

    timestamps: TimestampAuthority | None
    issuing: Revocations | None


def _signed(pdf: bytes, request: SigningRequest, key: SignatoryKey, stamp: bytes | None, witness: _Witness) -> bytes:
    signer, stamper = key.signer(), None if witness.timestamps is None else Stamper(witness.timestamps)
    terms = _terms(request, _context(key, stamper, witness, request.signed_at), stamped=stamper is not None)
    punctual = _PunctualSigner(terms, signer, request.signed_at, _appearance(stamp), stamper)
    output = BytesIO()
    punctual.sign_pdf(_UntouchedMetadataWriter(BytesIO(pdf)), existing_fields_only=True, output=output)
    return output.getvalue()


def _context(key: SignatoryKey, stamper: Stamper | None, witness: _Witness, at: datetime) -> ValidationContext | None:
    """What the signature embeds to be checked later; nothing where nobody but its key vouches for it."""
    issuing = witness.issuing
    roots = [key.library_certificate() if issuing is None else Certificate.load(issuing.authority)]
    lists = [] if issuing is None else [as_library_list(issuing)]
    if stamper is not None and witness.timestamps is not None:
        return validation_context(roots, stamper, lists, witness.timestamps, at)
    if issuing is None:
        return None
    return ValidationContext(trust_roots=roots, crls=lists, moment=at, revocation_mode="hard-fail")


def _issuing(key: SignatoryKey, revocations: Revocations | None) -> Revocations | None:
    issued = revocations is not None and issued_by(key.certificate, revocations.authority)
    return revocations if issued else None


def _revoked(key: SignatoryKey, revocations: Revocations | None) -> list[str]:
    moment = revoked_at(key.certificate, revocations)
    return [] if moment is None else [f"the certificate of {key.name} was revoked on {moment:%Y-%m-%d %H:%M} UTC"]


def _refused(request: SigningRequest, reasons: list[str]) -> Refused:
    return Refused(
        f"The document was not signed in the field {request.field}.",
        tuple(reasons),
        "Sign in the agreed order, each field once, with a valid key.",
    )


def _fields(pdf: bytes) -> _Fields:
    try:
        found = [
            (str(name), value is not None, _closes(reference.get_object()))
            for name, value, reference in enumerate_sig_fields(PdfFileReader(BytesIO(pdf)))
        ]
    except MALFORMED as error:
        raise Unreadable.because(
            "the document to sign", f"is not a sound PDF file ({reason(error)}); make it anew with `document`"
        ) from error
    return _Fields(
        tuple(name for name, filled, _ in found if filled),
        tuple(name for name, filled, _ in found if not filled),
        frozenset(name for name, _, closes in found if closes),
    )


def _closes(field: Any) -> bool:
    return "/Lock" in field and field["/Lock"].get("/P") == MDPPerm.NO_CHANGES.value


def _obstacles(fields: _Fields, request: SigningRequest) -> list[str]:
    if request.field in fields.filled:
        return [f"{request.field} is already signed"]
    if request.field not in fields.empty:
        known = ", ".join(fields.filled + fields.empty) or "none"
        return [f"the document has no signature field {request.field}; it has: {known}"]
    if fields.closed:
        return ["the document is closed: its last signature allows no further one"]
    return _out_of_turn(fields, request) + _wrong_lock(fields, request)


def _out_of_turn(fields: _Fields, request: SigningRequest) -> list[str]:
    others = [field for field in fields.empty if field != request.field and field not in request.on_paper]
    reasons = []
    if request.first and fields.filled:
        reasons.append(f"the first signature was to be {request.field}, but {fields.filled[0]} has been signed before")
    if not request.first and not fields.filled:
        reasons.append("the first signatory, who certifies the document, has not signed yet")
    if request.last and others:
        reasons.append(f"the last signature closes the document, but {', '.join(others)} is still to be signed")
    return reasons


def _wrong_lock(fields: _Fields, request: SigningRequest) -> list[str]:
    if request.last and request.field not in fields.closing:
        return [f"{request.field} is to close the document, but carries no lock; make the document anew"]
    if not request.last and request.field in fields.closing:
        return [f"{request.field} would close the document before the others have signed; make the document anew"]
    return []


def _expiry(key: SignatoryKey, moment: datetime) -> list[str]:
    if moment < key.valid_from:
        return [f"the key of {key.name} is valid only from {key.valid_from:%Y-%m-%d %H:%M} UTC"]
    if moment > key.valid_until:
        return [f"the key of {key.name} expired on {key.valid_until:%Y-%m-%d}; make a new one with `key`"]
    return []


def _terms(request: SigningRequest, context: ValidationContext | None, *, stamped: bool) -> PdfSignatureMetadata:
    return PdfSignatureMetadata(
        field_name=request.field,
        md_algorithm=DIGEST,
        reason=request.statement,
        name=request.name,
        certify=request.first,
        subfilter=SigSeedSubFilter.PADES,
        docmdp_permissions=MDPPerm.NO_CHANGES if request.last else MDPPerm.FILL_FORMS,
        tight_size_estimates=not stamped,
        embed_validation_info=context is not None,
        validation_context=context,
        dss_settings=_IN_THE_SIGNED_UPDATE,
    )


def _appearance(stamp: bytes | None) -> BaseStampStyle:
    if stamp is None:
        return NoOpStampStyle()
    centred = SimpleBoxLayoutRule(x_align=AxisAlignment.ALIGN_MID, y_align=AxisAlignment.ALIGN_MID)
    return StaticStampStyle(
        border_width=0, background=_StampPage(stamp), background_opacity=1.0, background_layout=centred
    )


class _StampPage(PdfContent):
    """The first page of a PDF in memory; the library's own importer reads only named files."""

    def __init__(self, pdf: bytes) -> None:
        super().__init__()
        self._pdf = pdf

    def render(self) -> bytes:
        page = self._ensure_writer.import_page_as_xobject(PdfFileReader(BytesIO(self._pdf)))
        self.resources.xobject["/Stamp"] = page
        left, bottom, right, top = page.get_object()["/BBox"]
        self.box = BoxConstraints(width=right - left, height=top - bottom)
        return b"/Stamp Do"


class _UntouchedMetadataWriter(IncrementalPdfFileWriter):
    """Leaves the document's metadata alone: they are the record's, and the library would read the clock for them."""

    def _update_meta(self) -> None:
        return


class _PunctualSigner(PdfSigner):
    """Signs at the time that it is given, where the library would read the clock."""

    def __init__(
        self,
        terms: PdfSignatureMetadata,
        signer: Signer,
        signed_at: datetime,
        appearance: BaseStampStyle,
        stamper: Stamper | None,
    ) -> None:
        super().__init__(terms, signer, timestamper=stamper, stamp_style=appearance)
        self._signed_at = signed_at

    def init_signing_session(self, pdf_out: Any, existing_fields_only: bool = False) -> PdfSigningSession:
        session = super().init_signing_session(pdf_out, existing_fields_only)
        session.system_time = self._signed_at
        return session
