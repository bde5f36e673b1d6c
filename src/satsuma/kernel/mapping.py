"""Mapping: files as arrays over the pages of the operating system, without a descriptor for each.

Python's `mmap` keeps the file open as long as the mapping lives (until 3.13, which can do without). An index
has several files for each column, and many systems allow a process 1,024 open files, or 256.
"""

from __future__ import annotations

import ctypes
import os
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

_PROT_READ, _MAP_SHARED = 1, 1
_FAILED = ctypes.c_void_p(-1).value

_libc = ctypes.CDLL(None, use_errno=True)
_mmap, _munmap = _libc.mmap, _libc.munmap
_mmap.restype = ctypes.c_void_p
# The offset is 64 bits wide on every system that is supported.
_mmap.argtypes = (
    ctypes.c_void_p,
    ctypes.c_size_t,
    ctypes.c_int,
    ctypes.c_int,
    ctypes.c_int,
    ctypes.c_int64,
)
_munmap.argtypes = (ctypes.c_void_p, ctypes.c_size_t)


def mapped(path: Path, dtype: np.dtype[Any], length: int) -> NDArray[Any]:
    """The first values of a file, read-only: a plain array, which compiled kernels take.

    The file may be removed while the array lives; its pages stay until the array is dropped.

    Args:
        path: The file.
        dtype: Of its values.
        length: How many; none are no mapping.

    Raises:
        OSError: It cannot be mapped.
        ValueError: It is shorter.
    """
    if not length:
        nothing: NDArray[Any] = np.empty(0, dtype=dtype)
        nothing.flags.writeable = False
        return nothing
    size = length * dtype.itemsize
    descriptor = os.open(path, os.O_RDONLY)
    try:
        stored = os.fstat(descriptor).st_size
        # Pages behind the end of a file cannot be read: the process would be ended.
        if stored < size:
            raise ValueError(f"{path} has {stored} bytes, not {size}")
        address = _mmap(None, size, _PROT_READ, _MAP_SHARED, descriptor, 0)
    finally:
        os.close(descriptor)
    if address == _FAILED:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number), str(path))
    found: NDArray[Any] = np.asarray(_Mapping(address, size, dtype, length))
    return found


class _Mapping:
    """What an array over a mapping keeps, and whose end unmaps it."""

    def __init__(self, address: int, size: int, dtype: np.dtype[Any], length: int) -> None:
        self._place = address, size
        self.__array_interface__ = {
            "data": (address, True),
            "shape": (length,),
            "typestr": dtype.str,
            "version": 3,
        }

    def __del__(self, unmap: Any = _munmap) -> None:
        unmap(*self._place)
