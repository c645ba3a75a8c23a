"""What the generators of the shipped studies share: codebooks as CSV, and writing system files."""
