"""What the assistant remembers: tables, queries and migrations."""
