"""Procedures as data: what a step asks, which rules hold it, where a case stands, and when what may and must come."""
