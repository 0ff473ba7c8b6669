"""Whose turn a job is: the webhook that it calls, and when it was last begun"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from checklist_app.models import base

revision = "0027_job_turns"
down_revision = "0026_scan_stamp"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("job", sa.Column("webhook_id", sa.Integer(), nullable=True))
    op.add_column("job", sa.Column("begun_at", base.UtcDateTime(), nullable=True))
    op.create_index("ix_job_turns", "job", ["kind", "begun_at"])


def downgrade() -> None:
    op.drop_index("ix_job_turns", "job")
    op.drop_column("job", "begun_at")
    op.drop_column("job", "webhook_id")
