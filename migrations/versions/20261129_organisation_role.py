"""What people are in the organisation: administrator, auditor or member"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008_organisation_role"
down_revision = "0007_scan_policy"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "user",
        sa.Column("organisation_role", sa.String(20), nullable=False, server_default="member"),
    )


def downgrade() -> None:
    op.drop_column("user", "organisation_role")
