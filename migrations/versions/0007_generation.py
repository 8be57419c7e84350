"""What the run of a provision should show, and what it shows, get the names that Kubernetes gave them."""

from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.alter_column("provision", "face_wanted", new_column_name="generation")
    op.alter_column("provision", "face_shown", new_column_name="observed_generation")
    op.execute("ALTER INDEX ix_provision_face RENAME TO ix_provision_stale")


def downgrade() -> None:
    op.execute("ALTER INDEX ix_provision_stale RENAME TO ix_provision_face")
    op.alter_column("provision", "observed_generation", new_column_name="face_shown")
    op.alter_column("provision", "generation", new_column_name="face_wanted")
