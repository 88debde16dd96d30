"""How fast it is: `make bench` (docs/performance.md)."""
