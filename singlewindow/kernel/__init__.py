"""Knows documents, names no subsystem."""
