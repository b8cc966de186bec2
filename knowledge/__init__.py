"""What the assistant knows: handbook entries, rules and search; pure, with no clock and no I/O beyond its own files."""
