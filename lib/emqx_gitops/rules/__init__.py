"""Rules on environments, on what they take from each other, and on what they build to."""
