"""First schema: records with their revisions and links, the chain of acts, and what was frozen and signed.

There is no way back from it: history is never taken away.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from sdflow.adapters.storage.append_only import statements

revision = "0001"
down_revision = None

TABLES = ("act", "event", "chain_head", "revision", "envelope", "document", "signature")
"""Those that history keeps as they are."""


def upgrade() -> None:
    """Makes every table, the head of the empty chain, and the triggers that keep history as it is."""
    _records()
    _chain()
    _contents()
    _frozen()
    op.execute(sa.text("INSERT INTO chain_head (id, number, hash) VALUES (1, 0, :hash)").bindparams(hash="0" * 64))
    for statement in statements(op.get_context().dialect.name, TABLES):
        op.get_bind().exec_driver_sql(statement)


def _key(name: str, type_: type[sa.Integer | sa.Text] = sa.Integer) -> sa.Column[object]:
    return sa.Column(name, type_(), autoincrement=False, nullable=False)


def _deferred(table: str, column: str, target: str) -> sa.ForeignKeyConstraint:
    name = op.f(f"fk_{table}_{column}")
    return sa.ForeignKeyConstraint([column], [target], name=name, deferrable=True, initially="DEFERRED")


def _of_an_act(table: str) -> tuple[sa.Column[object], sa.ForeignKeyConstraint, sa.ForeignKeyConstraint]:
    act: sa.Column[object] = sa.Column("act", sa.Integer(), nullable=False)
    return act, _deferred(table, "reference", "record.reference"), _deferred(table, "act", "act.number")


def _index(table: str, *columns: str) -> None:
    op.create_index(op.f(f"ix_{table}_{'_'.join(columns)}"), table, list(columns))


def _records() -> None:
    op.create_table(
        "record",
        _key("reference", sa.Text),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("revision_number", sa.Integer(), nullable=False),
        sa.Column("owner_reference", sa.Text()),
        sa.Column("service_reference", sa.Text()),
        sa.Column("starts_on", sa.Date()),
        sa.Column("ends_on", sa.Date()),
        sa.Column("lock", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("reference", name=op.f("pk_record")),
    )
    _index("record", "kind", "state")
    for column in ("owner_reference", "service_reference", "starts_on", "ends_on"):
        _index("record", column)


def _chain() -> None:
    op.create_table(
        "act",
        _key("number"),
        sa.Column("verb", sa.Text(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("login", sa.Text(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("effective_on", sa.Date(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("previous_hash", sa.Text(), nullable=False),
        sa.Column("hash", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_act")),
    )
    op.create_table(
        "event",
        _key("act"),
        _key("sequence"),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        _deferred("event", "act", "act.number"),
        sa.PrimaryKeyConstraint("act", "sequence", name=op.f("pk_event")),
    )
    op.create_table(
        "chain_head",
        _key("id"),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("hash", sa.Text(), nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_chain_head_one_row")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_chain_head")),
    )
    _index("act", "actor")
    _index("event", "reference")


def _contents() -> None:
    op.create_table(
        "revision",
        _key("reference", sa.Text),
        _key("number"),
        sa.Column("format", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("round", sa.Integer()),
        sa.Column("offered_by", sa.Text()),
        *_of_an_act("revision"),
        sa.PrimaryKeyConstraint("reference", "number", name=op.f("pk_revision")),
    )
    op.create_table(
        "link",
        _key("citing", sa.Text),
        _key("path", sa.Text),
        _key("cited", sa.Text),
        _deferred("link", "citing", "record.reference"),
        _deferred("link", "cited", "record.reference"),
        sa.PrimaryKeyConstraint("citing", "path", "cited", name=op.f("pk_link")),
    )
    _index("revision", "act")
    _index("link", "cited")


def _frozen() -> None:
    op.create_table(
        "envelope",
        _key("reference", sa.Text),
        _key("version"),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        *_of_an_act("envelope"),
        sa.PrimaryKeyConstraint("reference", "version", name=op.f("pk_envelope")),
    )
    op.create_table(
        "document",
        _key("reference", sa.Text),
        _key("version"),
        _key("sequence"),
        sa.Column("pdf", sa.LargeBinary(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        *_of_an_act("document"),
        sa.PrimaryKeyConstraint("reference", "version", "sequence", name=op.f("pk_document")),
    )
    op.create_table(
        "signature",
        _key("reference", sa.Text),
        _key("version"),
        _key("field", sa.Text),
        sa.Column("person_reference", sa.Text(), nullable=False),
        sa.Column("fingerprint", sa.Text(), nullable=False),
        sa.Column("signed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("document_sha256", sa.Text(), nullable=False),
        *_of_an_act("signature"),
        sa.PrimaryKeyConstraint("reference", "version", "field", name=op.f("pk_signature")),
    )
    for table, column in (("envelope", "sha256"), ("document", "sha256"), ("signature", "person_reference")):
        _index(table, column)
        _index(table, "act")
