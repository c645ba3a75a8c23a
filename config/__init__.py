"""The house: settings, addresses, and what spans the rooms.

Matrices here are small: one thread is faster than several that wait for each other, so the linear
algebra is told before numpy is first imported, and everything starts by importing this package.
"""

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
