"""Pictures of results as SVG with texts as texts, the same bytes for the same figures; PNG from it."""
