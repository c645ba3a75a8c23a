"""Replication bundles: everything that a run rests on and gave, in one archive that can be checked."""
