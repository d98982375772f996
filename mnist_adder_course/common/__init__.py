"""What lessons and experiments share: drawings and non-digits made in code, the head that rejects
them, adders, a small network, maps of its decisions, and digits learned from sums."""
