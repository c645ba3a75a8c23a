"""The HTTP API of the analytics room, split by subject."""
