"""Where tests put databases: into memory, where there is room.

How fast a disk syncs drifts by itself and says nothing of what is tried. A process that is killed leaves as much behind
there as on a disk; only a machine that loses its power would not.
"""

import os
import shutil
from pathlib import Path

_MEMORY = Path("/dev/shm")
_ROOM = 4 * 2**30


def roomy_folder() -> str | None:
    """The folder in which databases lie in memory; None where there is none, or too little room in it."""
    if not os.access(_MEMORY, os.W_OK) or shutil.disk_usage(_MEMORY).free < _ROOM:
        return None
    return str(_MEMORY)
