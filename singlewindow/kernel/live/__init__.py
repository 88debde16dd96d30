"""Changes of documents reach open pages without being asked for (UI-14)."""
