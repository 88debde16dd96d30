"""Papers that more than one chapter prints: data and template, no document, route or query. Read README.md first."""
