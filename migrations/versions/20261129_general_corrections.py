"""What an administrator corrects about routes for every project"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from checklist_app.models import base

revision = "0012_general_corrections"
down_revision = "0011_named_formats"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "general_correction",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("tool", base.exact(120), nullable=False),
        sa.Column("rule_id", base.exact(255), nullable=False),
        sa.Column("requirement_id", sa.Integer(), nullable=False),
        sa.Column("leads", sa.Boolean(), nullable=False),
        sa.Column("corrected_by_id", sa.Integer(), nullable=False),
        sa.Column("corrected_at", base.UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["requirement_id"],
            ["requirement.id"],
            name=op.f("fk_general_correction_requirement_id_requirement"),
        ),
        sa.ForeignKeyConstraint(
            ["corrected_by_id"],
            ["user.id"],
            name=op.f("fk_general_correction_corrected_by_id_user"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_general_correction")),
        sa.UniqueConstraint(
            "tool",
            "rule_id",
            "requirement_id",
            name=op.f("uq_general_correction_tool_rule_id_requirement_id"),
        ),
        sa.Index(op.f("ix_general_correction_requirement_id"), "requirement_id"),
    )


def downgrade() -> None:
    op.drop_table("general_correction")
