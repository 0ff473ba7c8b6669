"""The flag of administrators becomes their role; what was told twice is told once"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009_role_from_flag"
down_revision = "0008_organisation_role"
branch_labels = None
depends_on = None

USER = sa.table("user", sa.column("organisation_role"), sa.column("is_administrator", sa.Boolean))


def upgrade() -> None:
    op.execute(
        USER.update().where(USER.c.is_administrator).values(organisation_role="administrator")
    )
    op.drop_column("user", "is_administrator")


def downgrade() -> None:
    op.add_column(
        "user",
        sa.Column("is_administrator", sa.Boolean(), nullable=False, server_default=sa.false()),
    )
    op.execute(
        USER.update()
        .where(USER.c.organisation_role == "administrator")
        .values(is_administrator=sa.true())
    )
