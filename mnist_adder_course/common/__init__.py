"""What lessons and experiments share: drawings made in code, and digits learned from sums."""
