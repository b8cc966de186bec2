"""Rules that count or calculate, each a named function with its source."""
