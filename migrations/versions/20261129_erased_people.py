"""An account remembers that its person was erased"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from checklist_app.models import base

revision = "0024_erased_people"
down_revision = "0023_project_gate"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("user", sa.Column("erased_at", base.UtcDateTime(), nullable=True))


def downgrade() -> None:
    op.drop_column("user", "erased_at")
