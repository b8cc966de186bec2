"""Measurements beside what they are compared with, printed as ratios."""
