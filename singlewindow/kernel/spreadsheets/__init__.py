"""Spreadsheets of document types: templates to fill in, the reading of filled ones, import with a list of errors."""
