"""Content declared once: fields, line tables and conditions, and what is derived from them."""
