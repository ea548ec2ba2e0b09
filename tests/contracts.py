"""Contracts that were signed elsewhere and taken in, so that a test has one in force without signing it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from desk import Desk

Write = Callable[[str, str], Path]
InForce = Callable[[str], Desk]
ROSSI = "PER-ROSSI"

RENEWING = "{start_on: 2024-08-29, end_on: 2025-08-28, renewal: automatic, renewal_months: 12, notice: {months: 2}}"
EXPRESS = "{start_on: 2025-01-01, end_on: 2025-12-31, renewal: express, renewal_months: 12}"

CONTRACT = """
kind: contract
reference: UC-0002
title: Hosting of the archive
owner: PER-ROSSI
supplier: SUP-KESTREL
receiver: TEAM-NORTHGATE
legal_reference: NSD-2024-031
term: TERM
hours: {service: CAL-ALWAYS, support: CAL-OFFICE}
scope: Hosts the archive.
termination: |-
  In writing.

  The supplier hands back the archive.
components:
  archive: {component: CMP-FILTER, availability: {percent: 99.9}}
targets:
  response: {S1: {minutes: 60}}
  restore: {S1: {minutes: 240}}
severities: {P1: S1}
adopted:
  signed_on: 2024-08-01
  signatories:
    - {name: Ada Fern, party: Fernhill Hosting, capacity: Director}
    - {name: Sofia Rossi, party: Northgate}
"""
