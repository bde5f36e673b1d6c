"""Saving: the planes of live leaves in files beside the record, so that a restart evaluates nothing.

They are written when a workspace is closed, and taken only at the very version that they are of; the members
of segments are the record's.
"""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np

from satsuma.index.files import Making, Stamp, open_folder
from satsuma.membership.planes import Plane
from satsuma.membership.standing import Standing

FOLDER = "planes"


def save(standing: Standing, path: Path, stamp: Stamp) -> None:
    """Write the planes of all leaves.

    Args:
        standing: Of the version that the stamp tells.
        path: The workspace's directory.
        stamp: The workspace, version and instant.
    """
    keys = sorted(standing.leaves)
    planes = [standing.leaves[key].plane.packed for key in keys]
    ends = np.cumsum([0, *(len(plane) for plane in planes)], dtype=np.int64)
    with Making(path / FOLDER) as making:
        making.array("ends", ends)
        making.array("keys", np.frombuffer(json.dumps(keys).encode(), dtype=np.uint8))
        bits = making.stream("bits", np.uint8)
        for plane in planes:
            bits.append(plane)
        making.finish(stamp)


def saved(path: Path, stamp: Stamp) -> dict[str, Plane]:
    """The planes that were saved at the version of a stamp, by key; none if there are none, or not whole."""
    folder = open_folder(path / FOLDER, stamp)
    if folder is None:
        return {}
    ends, bits = folder.array("ends"), folder.array("bits")
    keys = json.loads(folder.array("keys").tobytes())
    return {key: Plane(bits[ends[i] : ends[i + 1]]) for i, key in enumerate(keys)}
