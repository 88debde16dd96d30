"""Code tables: what ships with the portal (`tables/*.csv`), and how an entry is found by code, Chinese or initials.

`load` reads the shipped tables for the seed · `initials` knows pinyin · `schema` and `search` are for the database.
"""
