"""What alembic runs: the migrations, in one transaction, as the owner of the schema."""

from alembic import context

connection = context.config.attributes["connection"]
context.configure(connection=connection, version_table_schema="leadmill", transactional_ddl=True)
with context.begin_transaction():
    context.run_migrations()
