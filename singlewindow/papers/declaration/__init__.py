"""报关单 on the customs form in force: `paper.py` says what stands on it, `prints/declaration.typ` how it is drawn."""
