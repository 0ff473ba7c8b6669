"""What a project asks of its checklists before a pipeline goes on"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0023_project_gate"
down_revision = "0022_event_seals"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "project_gate",
        sa.Column("project_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("level", sa.SmallInteger(), nullable=True),
        sa.Column("no_open_fail", sa.Boolean(), nullable=False),
        sa.Column("severity", sa.String(20), nullable=True),
        sa.Column("evidence_days", sa.Integer(), nullable=True),
        sa.Column("no_unassessed", sa.Boolean(), nullable=False),
        sa.Column("no_unreviewed", sa.Boolean(), nullable=False),
        sa.Column("waiver_days", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["project_id"], ["project.id"], name=op.f("fk_project_gate_project_id_project")
        ),
        sa.PrimaryKeyConstraint("project_id", name=op.f("pk_project_gate")),
    )


def downgrade() -> None:
    op.drop_table("project_gate")
