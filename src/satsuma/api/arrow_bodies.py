"""Arrow IPC bodies: tables whose columns take no more room than a body may, however small they came.

A stream may be small and its table huge: buffers may be packed, and one value of a dictionary may stand in
every row. What a stream will take is found out before it is unpacked: each packed buffer begins with the size
that it has when it is not (Arrow's columnar format, serialization and interprocess communication).
"""

from __future__ import annotations

import io
from struct import error as StructError  # noqa: N812 -- an error by its name
from struct import unpack_from
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from satsuma.api.problems import RefusedError

_NOT_PACKED = -1


def read_table(body: bytes, bytes_max: int) -> pa.Table:
    """The table of a stream.

    Args:
        body: The stream.
        bytes_max: That the table may take, plainly written.

    Raises:
        RefusedError: It is no stream, or takes more.
    """
    try:
        _check_packed(body, bytes_max)
        with pa.ipc.open_stream(io.BytesIO(body)) as reader:
            table = reader.read_all()
        table.validate(full=True)
        for column in table.columns:
            _check_repeated(column, bytes_max)
    except (pa.ArrowException, OSError, ValueError, StructError, MemoryError) as error:
        raise RefusedError("request.body", f"the body is no Arrow IPC stream: {error}") from None
    return table


def _check_packed(body: bytes, bytes_max: int) -> None:
    total = 0
    for message in pa.ipc.MessageReader.open_stream(io.BytesIO(body)):
        total += _unpacked_bytes(message)
        if total > bytes_max:
            raise _too_large(bytes_max)


def _unpacked_bytes(message: Any) -> int:
    """What the buffers of a message take when they are not packed; 0 for those that never were."""
    if message.type not in ("record batch", "dictionary"):
        return 0
    head, content = message.metadata.to_pybytes(), message.body
    batch = _followed(head, _field(head, _followed(head, 0), 2))
    if message.type == "dictionary":
        batch = _followed(head, _field(head, batch, 1))
    if not _field(head, batch, 3):
        return 0
    buffers = _followed(head, _field(head, batch, 2))
    total = 0
    for place in range(unpack_from("<I", head, buffers)[0]):
        start, size = unpack_from("<qq", head, buffers + 4 + 16 * place)
        if size >= 8:
            unpacked: int = unpack_from("<q", content, start)[0]
            total += size if unpacked == _NOT_PACKED else unpacked
            if unpacked < _NOT_PACKED:
                raise ValueError("a buffer of less than nothing")
    return total


def _field(head: bytes, table: int, number: int) -> int:
    """Where a field of a flatbuffer's table stands; 0 where it has none."""
    known = table - unpack_from("<i", head, table)[0]
    place = 4 + 2 * number
    if place >= unpack_from("<H", head, known)[0]:
        return 0
    offset: int = unpack_from("<H", head, known + place)[0]
    return table + offset if offset else 0


def _followed(head: bytes, place: int) -> int:
    """Where an offset in a flatbuffer leads."""
    offset: int = unpack_from("<I", head, place)[0]
    return place + offset


def _check_repeated(column: Any, bytes_max: int) -> None:
    """Refuse a column whose rows repeat large values by pointing at them."""
    total = 0
    for chunk in column.chunks:
        total += _written_bytes(chunk)
        if total > bytes_max:
            raise _too_large(bytes_max)


def _written_bytes(values: Any) -> int:
    """What values of any size take where each is written out."""
    kind = values.type
    if pa.types.is_dictionary(kind):
        sizes = _sizes(values.dictionary)
        return 0 if sizes is None else int(pc.sum(pc.take(sizes, values.indices)).as_py() or 0)
    if pa.types.is_struct(kind):
        return sum(_written_bytes(values.field(place)) for place in range(kind.num_fields))
    if pa.types.is_list(kind) or pa.types.is_large_list(kind) or pa.types.is_fixed_size_list(kind):
        return _written_bytes(values.flatten())
    sizes = _sizes(values)
    return 0 if sizes is None else int(pc.sum(sizes).as_py() or 0)


def _sizes(values: Any) -> Any:
    """Bytes of each value; None of types all of whose values take the same."""
    kind = values.type
    if pa.types.is_string_view(kind) or pa.types.is_binary_view(kind):
        # Each view is 16 bytes long and begins with the length of its value.
        views = np.frombuffer(values.buffers()[1], dtype="<i4")[::4]
        return pa.array(views[values.offset : values.offset + len(values)].astype(np.int64))
    if pa.types.is_string(kind) or pa.types.is_large_string(kind):
        return pc.cast(pc.binary_length(values), pa.int64())
    if pa.types.is_binary(kind) or pa.types.is_large_binary(kind):
        return pc.cast(pc.binary_length(values), pa.int64())
    if pa.types.is_nested(kind) or pa.types.is_dictionary(kind) or pa.types.is_run_end_encoded(kind):
        raise ValueError(f"columns of {kind} are not read")
    return None


def _too_large(bytes_max: int) -> RefusedError:
    return RefusedError("request.size", f"the rows of the body take more than {bytes_max} bytes")
