"""All environments together: read, compile, cache, write."""
