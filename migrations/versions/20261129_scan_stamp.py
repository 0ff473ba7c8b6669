"""What an import depended on, so that the same file again need not be read"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0026_scan_stamp"
down_revision = "0025_webhooks"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("scan_import", sa.Column("stamp", sa.String(64), nullable=True))


def downgrade() -> None:
    op.drop_column("scan_import", "stamp")
