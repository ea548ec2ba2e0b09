"""Signing: making keys, signing PDF files and verifying them, with pyHanko."""

from sdflow.adapters.signing.keys import SigningKey, load_key, new_key
from sdflow.adapters.signing.signer import sign
from sdflow.adapters.signing.verifier import verify

__all__ = ["SigningKey", "load_key", "new_key", "sign", "verify"]
