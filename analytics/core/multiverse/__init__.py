"""One question asked under every defensible choice: the grid of specifications, and what it says together."""
