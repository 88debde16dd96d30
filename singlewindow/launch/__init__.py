"""The launcher: starts and guards everything that a clone needs, each part a process of its own.

It talks to the other parts by processes and environment variables only and imports none of them.
"""
