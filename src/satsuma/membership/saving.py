"""Saving: planes of live leaves and members of live segments in files, so that a start evaluates nothing.

They are written when a workspace is closed, and taken only at the very version that they are of. The record
has all that they say.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pyroaring import BitMap

from satsuma.index.files import Folder, Making, Stamp, open_folder
from satsuma.membership.planes import Plane
from satsuma.membership.standing import Standing

FOLDER = "planes"


@dataclass(frozen=True, slots=True, eq=False)
class Saved:
    """What was saved at a version.

    Attributes:
        planes: Of leaves, by key.
        members: Of segments, by id.
    """

    planes: Mapping[str, Plane]
    members: Mapping[int, BitMap]


def save(standing: Standing, path: Path, stamp: Stamp) -> None:
    """Write the planes of all leaves, and the members of all segments in the portable Roaring format.

    Args:
        standing: Of the version that the stamp tells.
        path: The workspace's directory.
        stamp: The workspace, version and instant.
    """
    keys, segments = sorted(standing.leaves), sorted(standing.segments)
    with Making(path / FOLDER) as making:
        named = json.dumps({"leaves": keys, "segments": segments}).encode()
        making.array("names", np.frombuffer(named, dtype=np.uint8))
        _write(making, "leaves", [standing.leaves[key].plane.packed for key in keys])
        members = [standing.segments[number].members.whole().serialize() for number in segments]
        _write(making, "segments", [np.frombuffer(one, dtype=np.uint8) for one in members])
        making.finish(stamp)


def read(path: Path, stamp: Stamp) -> Saved | None:
    """What was saved at the version of a stamp; None if nothing was, or it is not whole."""
    folder = open_folder(path / FOLDER, stamp)
    if folder is None:
        return None
    named = json.loads(folder.array("names").tobytes())
    planes = dict(zip(named["leaves"], _parts(folder, "leaves"), strict=True))
    members = dict(zip(named["segments"], _parts(folder, "segments"), strict=True))
    return Saved(
        {key: Plane(bits) for key, bits in planes.items()},
        {number: BitMap.deserialize(part.tobytes()) for number, part in members.items()},
    )


def _write(making: Making, name: str, parts: Sequence[NDArray[np.uint8]]) -> None:
    making.array(f"{name}.ends", np.cumsum([0, *(len(part) for part in parts)], dtype=np.int64))
    stream = making.stream(name, np.uint8)
    for part in parts:
        stream.append(part)


def _parts(folder: Folder, name: str) -> list[NDArray[Any]]:
    ends, whole = folder.array(f"{name}.ends"), folder.array(name)
    return [whole[first:after] for first, after in pairwise(ends.tolist())]
