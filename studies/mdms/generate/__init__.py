"""Makes the synthetic 2014 wave: answers that no person gave, with the published margins and slopes.

What is wanted stands as data in ``spec/``; the modules say how it is drawn.  Every count of Table 1 of
Xie et al. (2022) is met exactly, its means and SDs at the printed decimals, and Models 1 to 6 of its
Table 2 within sampling error.  Joint distributions beyond that are ours.

    python -m studies.mdms.generate [--seed 3027] [--output FILE]
"""
