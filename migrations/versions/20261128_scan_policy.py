"""From which severity a finding proposes to fail, and how long a scan is fresh"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007_scan_policy"
down_revision = "0006_route_corrections"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "project",
        sa.Column("fail_threshold", sa.String(20), nullable=False, server_default="medium"),
    )
    op.add_column(
        "project", sa.Column("freshness_days", sa.Integer(), nullable=False, server_default="90")
    )


def downgrade() -> None:
    op.drop_column("project", "freshness_days")
    op.drop_column("project", "fail_threshold")
