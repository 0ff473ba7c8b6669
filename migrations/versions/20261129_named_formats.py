"""The format that a person gave an uploaded report"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011_named_formats"
down_revision = "0010_gone_policy"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "scan_import", sa.Column("named_format", sa.String(40), nullable=False, server_default="")
    )


def downgrade() -> None:
    op.drop_column("scan_import", "named_format")
