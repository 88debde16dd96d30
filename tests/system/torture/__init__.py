"""Torture: everything is killed at random while companies work, and nothing that was acknowledged may be lost."""
