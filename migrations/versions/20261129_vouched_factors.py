"""Whether somebody has to add a second factor is judged anew each time, no longer kept

A session that a provider of single sign-on vouched for tells so from now on. Those that are open
do not know it yet: where a factor is required, their people add one or sign in once more.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0028_vouched_factors"
down_revision = "0027_job_turns"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for table in ("user_session", "external_identity"):
        op.add_column(
            table,
            sa.Column("factor_vouched", sa.Boolean(), nullable=False, server_default=sa.false()),
        )
    op.drop_column("user_session", "must_enrol")


def downgrade() -> None:
    op.add_column(
        "user_session",
        sa.Column("must_enrol", sa.Boolean(), nullable=False, server_default=sa.false()),
    )
    for table in ("external_identity", "user_session"):
        op.drop_column(table, "factor_vouched")
