"""Builds the synthetic survey of communities: items for the constructs of three conceptual papers.

The papers print no data.  Answers hang on a disadvantage of the community and one of the person, so that the
constructs go together in a sensible way; no figure stands for any real place.  All wordings are ours.

    python -m studies.community.generate [--seed 2017] [--output FOLDER]
"""
