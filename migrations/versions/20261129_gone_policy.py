"""What a newer scan does to the findings that it no longer reports"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010_gone_policy"
down_revision = "0009_role_from_flag"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "project", sa.Column("gone_policy", sa.String(20), nullable=False, server_default="mark")
    )


def downgrade() -> None:
    finding = sa.table("finding", sa.column("status"))
    op.execute(
        finding.update()
        .where(finding.c.status == "closed_by_policy")
        .values(status="no_longer_reported")
    )
    op.drop_column("project", "gone_policy")
