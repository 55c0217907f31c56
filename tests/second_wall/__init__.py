"""The second wall, seen from the database and from the pages, on PostgreSQL alone."""
