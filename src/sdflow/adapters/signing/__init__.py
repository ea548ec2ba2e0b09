"""Signing: making keys, signing PDF files and verifying them, with pyHanko."""

from sdflow.adapters.signing.keys import SigningKey, load_key, new_key
from sdflow.adapters.signing.signer import sign
from sdflow.adapters.signing.verifier import agreement_in, verify

__all__ = ["SigningKey", "agreement_in", "load_key", "new_key", "sign", "verify"]
