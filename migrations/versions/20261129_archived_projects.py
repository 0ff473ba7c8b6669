"""Projects can be archived"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from checklist_app.models import base

revision = "0016_archived_projects"
down_revision = "0015_people"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("project", sa.Column("archived_at", base.UtcDateTime(), nullable=True))


def downgrade() -> None:
    op.drop_column("project", "archived_at")
