"""Addresses and identifiers are compared letter by letter on MariaDB too"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003_exact_names"
down_revision = "0002_append_only"
branch_labels = None
depends_on = None

COLUMNS = (("user", "email", 254), ("project", "slug", 60), ("requirement", "identifier", 40))


def upgrade() -> None:
    _collate("utf8mb4_bin")


def downgrade() -> None:
    _collate("utf8mb4_general_ci")


def _collate(collation: str) -> None:
    if op.get_bind().dialect.name == "sqlite":
        return
    for table, column, length in COLUMNS:
        op.alter_column(
            table,
            column,
            existing_type=sa.String(length),
            type_=sa.String(length, collation=collation),
            existing_nullable=False,
        )
