"""The HTTP API of the measures room, split by subject."""
