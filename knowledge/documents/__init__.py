"""The papers of the procedures: layouts drawn for Word, papers as data, and how one becomes the other."""
