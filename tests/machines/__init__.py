"""Several engines, servers and workers together, as real processes on this machine."""
