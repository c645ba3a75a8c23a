"""Composite and counting indices, read out of their rules: make-up, decomposition, robustness."""
