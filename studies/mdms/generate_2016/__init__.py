"""Makes the synthetic later wave: what the latents of 2014 give with another seed, asked as in 2016.

The people are drawn by ``studies.mdms.generate``; ``spec/drift.yaml`` says what became of each question:
renamed, recoded, split, merged, asked in other units, stored as text, left blank.  No person answered it,
and nobody of 2014 is in it: there is no panel.

    python -m studies.mdms.generate_2016 [--seed 2016] [--output FILE]
"""
