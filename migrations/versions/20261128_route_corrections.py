"""What people correct about where the findings of a rule lead"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from checklist_app.models import base

revision = "0006_route_corrections"
down_revision = "0005_scan_scopes"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "route_correction",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("project_id", sa.Integer(), nullable=False),
        sa.Column("tool", base.exact(120), nullable=False),
        sa.Column("rule_id", base.exact(255), nullable=False),
        sa.Column("requirement_id", sa.Integer(), nullable=False),
        sa.Column("leads", sa.Boolean(), nullable=False),
        sa.Column("corrected_by_id", sa.Integer(), nullable=False),
        sa.Column("corrected_at", base.UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["project_id"], ["project.id"], name=op.f("fk_route_correction_project_id_project")
        ),
        sa.ForeignKeyConstraint(
            ["requirement_id"],
            ["requirement.id"],
            name=op.f("fk_route_correction_requirement_id_requirement"),
        ),
        sa.ForeignKeyConstraint(
            ["corrected_by_id"], ["user.id"], name=op.f("fk_route_correction_corrected_by_id_user")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_route_correction")),
        sa.UniqueConstraint(
            "project_id",
            "tool",
            "rule_id",
            "requirement_id",
            name=op.f("uq_route_correction_project_id_tool_rule_id_requirement_id"),
        ),
    )
    op.create_index(
        op.f("ix_route_correction_requirement_id"), "route_correction", ["requirement_id"]
    )


def downgrade() -> None:
    op.drop_table("route_correction")
