"""A whole study as text: loaded through the same services as the pages, and written back.

    load_study(user, Path("studies/mdms"))
    dump_study(user, study, Path("copy"))

The folder holds ``study.yaml``, ``crosswalk/``, ``context/``, ``measures/``, ``datasets/``, ``analyses/``,
``targets/`` and the files of its waves.  Loading what was dumped changes nothing.
"""

from config.study_folder.dumping import dump_study
from config.study_folder.loading import Loaded, load_study

__all__ = ["Loaded", "dump_study", "load_study"]
