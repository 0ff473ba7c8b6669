"""Scopes of scans: what the next one no longer reports; keys of mappings letter by letter"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import mysql

from checklist_app.models import base

revision = "0005_scan_scopes"
down_revision = "0004_library"
branch_labels = None
depends_on = None

LONG_TEXT = sa.Text().with_variant(mysql.MEDIUMTEXT(), "mysql", "mariadb")


def upgrade() -> None:
    op.create_table(
        "scan_scope",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("project_id", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("tool", sa.String(120), nullable=False),
        sa.Column("target", sa.String(255), nullable=False),
        sa.Column("environment", sa.String(120), nullable=False),
        sa.Column("last_started_at", base.UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["project_id"], ["project.id"], name=op.f("fk_scan_scope_project_id_project")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_scan_scope")),
        sa.UniqueConstraint("project_id", "digest", name=op.f("uq_scan_scope_project_id_digest")),
    )
    op.create_table(
        "finding_sighting",
        sa.Column("scope_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("finding_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("is_present", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["scope_id"], ["scan_scope.id"], name=op.f("fk_finding_sighting_scope_id_scan_scope")
        ),
        sa.ForeignKeyConstraint(
            ["finding_id"], ["finding.id"], name=op.f("fk_finding_sighting_finding_id_finding")
        ),
        sa.PrimaryKeyConstraint("scope_id", "finding_id", name=op.f("pk_finding_sighting")),
    )
    op.create_index(op.f("ix_finding_sighting_finding_id"), "finding_sighting", ["finding_id"])
    with op.batch_alter_table("scan_import") as table:
        table.add_column(sa.Column("scope_id", sa.Integer(), nullable=True))
        table.add_column(
            sa.Column("environment", sa.String(120), nullable=False, server_default="")
        )
        table.add_column(sa.Column("started_at", base.UtcDateTime(), nullable=True))
        table.add_column(
            sa.Column("command_line", sa.String(1000), nullable=False, server_default="")
        )
        table.create_foreign_key(
            op.f("fk_scan_import_scope_id_scan_scope"), "scan_scope", ["scope_id"], ["id"]
        )
    for column in (
        sa.Column("cvss", sa.Double(), nullable=True),
        sa.Column("epss", sa.Double(), nullable=True),
        sa.Column("snippet", LONG_TEXT, nullable=True),
        sa.Column("gone_at", base.UtcDateTime(), nullable=True),
    ):
        op.add_column("finding", column)
    _collate_keys("utf8mb4_bin")


def _collate_keys(collation: str) -> None:
    """Tell names of rules apart that differ in capitals alone."""
    if op.get_bind().dialect.name == "sqlite":
        return
    op.alter_column(
        "mapping",
        "key",
        existing_type=sa.String(120),
        type_=sa.String(120, collation=collation),
        existing_nullable=False,
    )


def downgrade() -> None:
    mapping = sa.table("mapping", sa.column("kind"))
    op.execute(mapping.delete().where(mapping.c.kind == "rule"))  # they are made anew at a start
    _collate_keys("utf8mb4_general_ci")
    finding = sa.table("finding", sa.column("status"))
    op.execute(
        finding.update().where(finding.c.status == "no_longer_reported").values(status="open")
    )
    for column in ("gone_at", "snippet", "epss", "cvss"):
        op.drop_column("finding", column)
    with op.batch_alter_table("scan_import") as table:
        table.drop_constraint(op.f("fk_scan_import_scope_id_scan_scope"), type_="foreignkey")
        for column in ("command_line", "started_at", "environment", "scope_id"):
            table.drop_column(column)
    op.drop_table("finding_sighting")
    op.drop_table("scan_scope")
