"""Download: one small answer from a server that may be slow, silent or hostile."""

from __future__ import annotations

import http.client
import threading
import urllib.error
import urllib.request

from sdflow.domain.errors import Refused

LARGEST_ANSWER = 4_000_000
_SCHEMES = ("http://", "https://")
_KEPT_REASON = 120


class Silence(Exception):
    """The server did not answer with what was asked; the text says why, without a full stop."""


def download(url: str, timeout_seconds: int, body: bytes | None = None, media_type: str = "") -> bytes:
    """The answer of a server, whole and in time; raises Silence with the reason otherwise.

    The time counts for the entire answer: a server that sends a byte now and then is given up as well.
    """
    if not url.startswith(_SCHEMES):
        raise Silence("its address is neither http nor https")
    answers: list[bytes] = []
    reasons: list[str] = []
    headers = {"Content-Type": media_type} if media_type else {}
    request = urllib.request.Request(url, data=body, headers=headers)

    def ask() -> None:
        try:
            with urllib.request.urlopen(request, timeout=timeout_seconds) as answer:
                answers.append(answer.read(LARGEST_ANSWER + 1))
        except (OSError, http.client.HTTPException, ValueError) as error:
            reasons.append(_reason(error, timeout_seconds))

    asking = threading.Thread(target=ask, daemon=True)
    asking.start()
    asking.join(timeout_seconds)
    if not answers:
        raise Silence(reasons[0] if reasons else f"nothing came within {timeout_seconds} seconds")
    if len(answers[0]) > LARGEST_ANSWER:
        raise Silence(f"its answer is longer than {LARGEST_ANSWER:,} bytes")
    return answers[0]


def _reason(error: Exception, timeout_seconds: int) -> str:
    cause = error.reason if isinstance(error, urllib.error.URLError) else error
    if isinstance(error, urllib.error.HTTPError):
        return f"it answered with status {error.code}"
    if isinstance(cause, TimeoutError):
        return f"nothing came within {timeout_seconds} seconds"
    return str(getattr(cause, "strerror", None) or cause)[:_KEPT_REASON].rstrip(".")


def refused(field: str, authority: str, reason: str) -> Refused:
    """Why a document was not signed when its time-stamp authority failed."""
    return Refused(
        f"The document was not signed in the field {field}: no time stamp came from {authority}.",
        (reason,),
        "Repeat it later, or sign with --without-timestamp: the signing time is then claimed, not proven.",
    )
