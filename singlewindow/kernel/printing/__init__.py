"""Prints: a document as PDF, typeset in bounded child processes (UI-12)."""
