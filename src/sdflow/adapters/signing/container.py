"""Container: the parts of a signature's own bytes that no signature covers, held to the one form that we write."""

from __future__ import annotations

from typing import Any

from asn1crypto import cms
from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature

TIMESTAMP = "signature_time_stamp_token"


def container_fault(embedded: EmbeddedPdfSignature) -> str | None:
    """Why the container is not as the standard has it, in the few parts that the signature itself leaves uncovered."""
    signed, signer = embedded.signed_data, embedded.signer_info
    digests = [*signed["digest_algorithms"], signer["digest_algorithm"]]
    regular = (
        signed["version"].native == signer["version"].native == "v1"
        and len(digests) == 2
        and all(one.native == {"algorithm": "sha256", "parameters": None} for one in digests)
        and len(signed["certificates"]) == 1
        and _beside_the_signature(signer)
        and not any(_padding(bytes(embedded.pkcs7_content)))
    )
    return None if regular else "its container was altered"


def timestamp_in(embedded: EmbeddedPdfSignature) -> cms.SignedData | None:
    """The one time stamp on a signature; none if it has none, or several."""
    tokens = _tokens(embedded.signer_info)
    return tokens[0]["content"] if len(tokens) == 1 else None


def _beside_the_signature(signer: cms.SignerInfo) -> bool:
    """Whether nothing stands beside the signature but one time stamp, or nothing at all."""
    attributes = _attributes(signer)
    return not attributes or (len(attributes) == 1 and len(_tokens(signer)) == 1)


def _attributes(signer: cms.SignerInfo) -> list[Any]:
    return list(signer["unsigned_attrs"] or ())


def _tokens(signer: cms.SignerInfo) -> list[Any]:
    return [token for one in _attributes(signer) if one["type"].native == TIMESTAMP for token in one["values"]]


def _padding(content: bytes) -> bytes:
    """What follows the container in the place that was kept for it."""
    return content[len(cms.ContentInfo.load(content).dump()) :]
