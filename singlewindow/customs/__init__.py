"""The other side: a program that stands in for customs, with its own database, process and pages (CUST-01).

It shares nothing with the portal but `singlewindow.contract`, so that a real customs system can take its place.

`exchange/` what comes in and what goes out · `desk.py`, `desks/` what may be decided ·
`register_kinds.py` what is published · `mode.py`, `faults.py` automatic mode and faults ·
`officers/` the people and their pages' data · `http/` the program's face · `seed.py` the demonstration world.
"""
