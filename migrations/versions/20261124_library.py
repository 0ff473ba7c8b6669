"""The library: origin and digests of standards, tiers of mappings, links, lineage, official words

The short edition of the Top 10 2025, with one requirement for each category, gives its version to
the elaborated one; checklists that were started on it keep it, word for word.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import mysql

from checklist_app.models import base

revision = "0004_library"
down_revision = "0003_exact_names"
branch_labels = None
depends_on = None

LONG_TEXT = sa.Text().with_variant(mysql.MEDIUMTEXT(), "mysql", "mariadb")
IDENTIFIER = sa.String(40).with_variant(sa.String(40, collation="utf8mb4_bin"), "mysql", "mariadb")
SHORT_TOP10 = "2025-categories"


def upgrade() -> None:
    _extend_known_tables()
    _create_tables()
    _rename_top10("2025", SHORT_TOP10)


def downgrade() -> None:
    _rename_top10(SHORT_TOP10, "2025")
    for table in (
        "item_origin",
        "official_text",
        "official_document",
        "lineage",
        "requirement_link",
    ):
        op.drop_table(table)
    for table, columns in (
        ("suggestion_finding", ("depth",)),
        ("verdict", ("is_carried",)),
        ("checklist_item", ("needs_review", "missing_features")),
        ("checklist", ("features",)),
        ("mapping", ("reason", "tier")),
        ("requirement", ("features", "no_cwe")),
        ("standard", ("files_digest", "links_digest", "is_elaborated", "languages", "origin")),
    ):
        for column in columns:
            op.drop_column(table, column)


def _rename_top10(before: str, after: str) -> None:
    standard = sa.table("standard", sa.column("key"), sa.column("version"))
    op.execute(
        standard.update()
        .where(standard.c.key == "owasp-top10", standard.c.version == before)
        .values(version=after)
    )


def _extend_known_tables() -> None:
    _add("standard", "origin", sa.String(20), "content")
    _add("standard", "is_elaborated", sa.Boolean(), sa.false())
    _add("standard", "links_digest", sa.String(64), "")
    _add("standard", "files_digest", sa.String(64), "")
    _add_list("standard", "languages", ["es", "en"])
    op.add_column("requirement", sa.Column("no_cwe", sa.JSON(), nullable=True))
    _add_list("requirement", "features", [])
    _add("mapping", "tier", sa.String(20), "curated")
    op.add_column("mapping", sa.Column("reason", sa.JSON(), nullable=True))
    op.add_column("checklist", sa.Column("features", sa.JSON(), nullable=True))
    op.add_column("checklist_item", sa.Column("missing_features", sa.JSON(), nullable=True))
    _add("checklist_item", "needs_review", sa.Boolean(), sa.false())
    _add("verdict", "is_carried", sa.Boolean(), sa.false())
    _add("suggestion_finding", "depth", sa.SmallInteger(), "0")


def _add(table: str, name: str, kind: sa.types.TypeEngine, default: object) -> None:
    op.add_column(table, sa.Column(name, kind, nullable=False, server_default=default))


def _add_list(table: str, name: str, value: list[str]) -> None:
    """Add a list that every row has; MySQL takes no default for JSON, so the rows are filled."""
    op.add_column(table, sa.Column(name, sa.JSON(), nullable=True))
    rows = sa.table(table, sa.column(name, sa.JSON()))
    op.execute(rows.update().values({name: value}))
    with op.batch_alter_table(table) as batch:
        batch.alter_column(name, existing_type=sa.JSON(), nullable=False)


def _create_tables() -> None:
    op.create_table(
        "requirement_link",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("from_id", sa.Integer(), nullable=False),
        sa.Column("to_id", sa.Integer(), nullable=False),
        sa.Column("relation", sa.String(20), nullable=False),
        sa.Column("source", sa.String(60), nullable=False),
        sa.ForeignKeyConstraint(["from_id"], ["requirement.id"]),
        sa.ForeignKeyConstraint(["to_id"], ["requirement.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("from_id", "to_id"),
    )
    op.create_index(op.f("ix_requirement_link_to_id"), "requirement_link", ["to_id"])
    op.create_table(
        "lineage",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("standard_key", sa.String(60), nullable=False),
        sa.Column("from_version", sa.String(20), nullable=False),
        sa.Column("to_version", sa.String(20), nullable=False),
        sa.Column("from_identifier", IDENTIFIER, nullable=False),
        sa.Column("to_identifier", IDENTIFIER, nullable=False),
        sa.Column("change", sa.String(20), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint(
            "standard_key", "from_version", "to_version", "from_identifier", "to_identifier"
        ),
    )
    op.create_table(
        "official_document",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("standard_id", sa.Integer(), nullable=False),
        sa.Column("language", sa.String(20), nullable=False),
        sa.Column("edition", sa.String(120), nullable=False),
        sa.Column("licence", sa.String(120), nullable=False),
        sa.Column("file_name", sa.String(255), nullable=False),
        sa.Column("file_format", sa.String(40), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("imported_by_id", sa.Integer(), nullable=True),
        sa.Column("imported_at", base.UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["standard_id"], ["standard.id"]),
        sa.ForeignKeyConstraint(["imported_by_id"], ["user.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("standard_id", "language"),
    )
    op.create_table(
        "official_text",
        sa.Column("document_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("requirement_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("text", LONG_TEXT, nullable=False),
        sa.ForeignKeyConstraint(["document_id"], ["official_document.id"]),
        sa.ForeignKeyConstraint(["requirement_id"], ["requirement.id"]),
        sa.PrimaryKeyConstraint("document_id", "requirement_id"),
    )
    op.create_index("ix_official_text_requirement", "official_text", ["requirement_id"])
    op.create_table(
        "item_origin",
        sa.Column("item_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("from_item_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("change", sa.String(20), nullable=False),
        sa.ForeignKeyConstraint(["item_id"], ["checklist_item.id"]),
        sa.ForeignKeyConstraint(["from_item_id"], ["checklist_item.id"]),
        sa.PrimaryKeyConstraint("item_id", "from_item_id"),
    )
    op.create_index(op.f("ix_item_origin_from_item_id"), "item_origin", ["from_item_id"])
