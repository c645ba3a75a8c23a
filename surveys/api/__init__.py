"""The HTTP API of the surveys room, split by subject."""
