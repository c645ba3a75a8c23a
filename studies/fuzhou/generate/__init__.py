"""Builds the synthetic Fuzhou survey: 600 records whose tables have the published counts.

Every percentage of Zhu and Lin (2011) is a whole count of its base, so records with exactly these
margins can be built; how answers go together is not published and is drawn at random.

    python -m studies.fuzhou.generate [--seed 2009] [--output FILE]
"""
