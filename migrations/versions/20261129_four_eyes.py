"""Projects may ask that a second person accepts each verdict"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0018_four_eyes"
down_revision = "0017_groups"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "project",
        sa.Column("four_eyes", sa.Boolean(), nullable=False, server_default=sa.false()),
    )
    op.add_column("checklist_item", sa.Column("review_stage", sa.String(20), nullable=True))


def downgrade() -> None:
    op.drop_column("checklist_item", "review_stage")
    op.drop_column("project", "four_eyes")
