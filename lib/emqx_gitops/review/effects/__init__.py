"""
What changes do: one module for each family of kinds, its rules beside its finders.

Finders look at one change and its surroundings, and touch nothing. `registry` joins them.
"""
