"""Tokens of programs, and what makes their repeated requests count once"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from checklist_app.models import base

revision = "0014_tokens"
down_revision = "0013_second_factors"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "idempotency_key",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("key", base.exact(120), nullable=False),
        sa.Column("request_sha256", sa.String(length=64), nullable=False),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.Column("headers", sa.JSON(), nullable=False),
        sa.Column("body", base.LongText, nullable=False),
        sa.Column("created_at", base.UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user.id"], name=op.f("fk_idempotency_key_user_id_user")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_idempotency_key")),
        sa.UniqueConstraint("user_id", "key", name=op.f("uq_idempotency_key_user_id_key")),
    )
    op.create_index(op.f("ix_idempotency_key_created_at"), "idempotency_key", ["created_at"])

    op.create_table(
        "pipeline_token",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("project_id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("prefix", sa.String(length=16), nullable=False),
        sa.Column("token_sha256", sa.String(length=64), nullable=False),
        sa.Column("scopes", sa.JSON(), nullable=False),
        sa.Column("created_at", base.UtcDateTime(), nullable=False),
        sa.Column("expires_at", base.UtcDateTime(), nullable=False),
        sa.Column("last_used_at", base.UtcDateTime(), nullable=True),
        sa.Column("revoked_at", base.UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["project_id"], ["project.id"], name=op.f("fk_pipeline_token_project_id_project")
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user.id"], name=op.f("fk_pipeline_token_user_id_user")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pipeline_token")),
        sa.UniqueConstraint("token_sha256", name=op.f("uq_pipeline_token_token_sha256")),
    )
    op.create_index(op.f("ix_pipeline_token_project_id"), "pipeline_token", ["project_id"])
    op.create_index(op.f("ix_pipeline_token_user_id"), "pipeline_token", ["user_id"])

    op.create_table(
        "token_family",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("scopes", sa.JSON(), nullable=False),
        sa.Column("address", sa.String(length=64), nullable=False),
        sa.Column("user_agent", sa.String(length=255), nullable=False),
        sa.Column("created_at", base.UtcDateTime(), nullable=False),
        sa.Column("expires_at", base.UtcDateTime(), nullable=False),
        sa.Column("revoked_at", base.UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user.id"], name=op.f("fk_token_family_user_id_user")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_token_family")),
    )
    op.create_index(op.f("ix_token_family_expires_at"), "token_family", ["expires_at"])
    op.create_index(op.f("ix_token_family_user_id"), "token_family", ["user_id"])

    op.create_table(
        "access_token",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("family_id", sa.Integer(), nullable=False),
        sa.Column("jti", base.exact(43), nullable=False),
        sa.Column("expires_at", base.UtcDateTime(), nullable=False),
        sa.Column("revoked_at", base.UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["family_id"],
            ["token_family.id"],
            name=op.f("fk_access_token_family_id_token_family"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_access_token")),
        sa.UniqueConstraint("jti", name=op.f("uq_access_token_jti")),
    )
    op.create_index(op.f("ix_access_token_family_id"), "access_token", ["family_id"])

    op.create_table(
        "refresh_token",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("family_id", sa.Integer(), nullable=False),
        sa.Column("token_sha256", sa.String(length=64), nullable=False),
        sa.Column("created_at", base.UtcDateTime(), nullable=False),
        sa.Column("spent_at", base.UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["family_id"],
            ["token_family.id"],
            name=op.f("fk_refresh_token_family_id_token_family"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_refresh_token")),
        sa.UniqueConstraint("token_sha256", name=op.f("uq_refresh_token_token_sha256")),
    )
    op.create_index(op.f("ix_refresh_token_family_id"), "refresh_token", ["family_id"])


def downgrade() -> None:
    op.drop_table("refresh_token")
    op.drop_table("access_token")
    op.drop_table("token_family")
    op.drop_table("pipeline_token")
    op.drop_table("idempotency_key")
