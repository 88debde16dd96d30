"""The officers: their sessions, and what their pages show and change."""
