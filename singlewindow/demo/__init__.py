"""A generated world in which every chapter can be played: companies, cards, accounts, declarations.

Names, numbers and people are invented. The same anchor date makes the same world.
"""
