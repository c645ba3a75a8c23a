"""What leaves an analysis: tables in the formats of papers and programs, and pictures."""
