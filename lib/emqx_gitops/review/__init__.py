"""
What a change does: two sets of objects are paired, compared, judged and reported.

Data goes one way: `sides` reads two sides, `pairing` finds what belongs together, `compare` finds
changed fields, `effects` says what they do to a running cluster, `grouping` shows what is the same
in many environments once, and `reports` prints.
"""
