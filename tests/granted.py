"""What the role that asks may do with each table, as PostgreSQL says."""

from sqlalchemy import Connection, text


def granted(connection: Connection) -> dict[str, set[str]]:
    """The rights on whole tables, by table; those with no right are not there."""
    found = connection.execute(
        text(
            "SELECT table_name, array_agg(privilege_type::text) FROM information_schema.role_table_grants "
            "WHERE grantee = current_user GROUP BY table_name"
        )
    )
    return {name: set(rights) for name, rights in found}
