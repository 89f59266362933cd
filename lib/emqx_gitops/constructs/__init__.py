"""What runs: bases, and the manifests that components add; one file for each role."""
