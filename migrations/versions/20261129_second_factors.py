"""Second factors, proofs that are under way, identities at a provider, and the sign-in policy"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from checklist_app.models import base

revision = "0013_second_factors"
down_revision = "0012_general_corrections"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "code_generator",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("sealed_secret", sa.String(500), nullable=False),
        sa.Column("last_step", sa.BigInteger(), nullable=False),
        sa.Column("created_at", base.UtcDateTime(), nullable=False),
        sa.Column("last_used_at", base.UtcDateTime(), nullable=True),
        _person("code_generator"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_code_generator")),
        sa.UniqueConstraint("user_id", name=op.f("uq_code_generator_user_id")),
    )
    op.create_table(
        "recovery_code",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("code_sha256", sa.String(64), nullable=False),
        sa.Column("created_at", base.UtcDateTime(), nullable=False),
        sa.Column("used_at", base.UtcDateTime(), nullable=True),
        _person("recovery_code"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recovery_code")),
        sa.UniqueConstraint("code_sha256", name=op.f("uq_recovery_code_code_sha256")),
    )
    op.create_index(op.f("ix_recovery_code_user_id"), "recovery_code", ["user_id"])
    op.create_table(
        "passkey",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(60), nullable=False),
        sa.Column("credential_sha256", sa.String(64), nullable=False),
        sa.Column("credential_id", sa.Text(), nullable=False),
        sa.Column("public_key", sa.Text(), nullable=False),
        sa.Column("sign_count", sa.BigInteger(), nullable=False),
        sa.Column("created_at", base.UtcDateTime(), nullable=False),
        sa.Column("last_used_at", base.UtcDateTime(), nullable=True),
        _person("passkey"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_passkey")),
        sa.UniqueConstraint("credential_sha256", name=op.f("uq_passkey_credential_sha256")),
    )
    op.create_index(op.f("ix_passkey_user_id"), "passkey", ["user_id"])
    op.create_table(
        "pending_proof",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("purpose", sa.String(20), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=True),
        sa.Column("token_sha256", sa.String(64), nullable=False),
        sa.Column("challenge", sa.String(128), nullable=False),
        sa.Column("sealed", sa.String(500), nullable=False),
        sa.Column("details", sa.JSON(), nullable=True),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("created_at", base.UtcDateTime(), nullable=False),
        sa.Column("expires_at", base.UtcDateTime(), nullable=False),
        _person("pending_proof"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pending_proof")),
        sa.UniqueConstraint("token_sha256", name=op.f("uq_pending_proof_token_sha256")),
    )
    op.create_index(op.f("ix_pending_proof_user_id"), "pending_proof", ["user_id"])
    op.create_index(op.f("ix_pending_proof_expires_at"), "pending_proof", ["expires_at"])
    op.create_table(
        "external_identity",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("identity_sha256", sa.String(64), nullable=False),
        sa.Column("issuer", sa.String(500), nullable=False),
        sa.Column("subject", sa.String(255), nullable=False),
        sa.Column("created_at", base.UtcDateTime(), nullable=False),
        sa.Column("last_used_at", base.UtcDateTime(), nullable=True),
        _person("external_identity"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_external_identity")),
        sa.UniqueConstraint("identity_sha256", name=op.f("uq_external_identity_identity_sha256")),
    )
    op.create_index(op.f("ix_external_identity_user_id"), "external_identity", ["user_id"])
    op.create_table(
        "sign_in_policy",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("second_factor", sa.String(20), nullable=False),
        sa.Column("changed_at", base.UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sign_in_policy")),
    )
    op.add_column(
        "user_session",
        sa.Column("must_enrol", sa.Boolean(), nullable=False, server_default=sa.false()),
    )


def _person(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f(f"fk_{table}_user_id_user"))


def downgrade() -> None:
    op.drop_column("user_session", "must_enrol")
    for table in (
        "sign_in_policy",
        "external_identity",
        "pending_proof",
        "passkey",
        "recovery_code",
        "code_generator",
    ):
        op.drop_table(table)
