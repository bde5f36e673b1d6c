"""Reader of locations: a latitude and a longitude in degrees."""

from __future__ import annotations

from typing import Any

import pyarrow as pa

from satsuma.catalog.learn import is_location
from satsuma.record.intake.fit_numbers import fit_number
from satsuma.record.intake.fitted import Fitted, Refusal, Values, faults_where, none_fit, pc

PLACE = pa.struct([("latitude", pa.float64()), ("longitude", pa.float64())])

_TYPE = Refusal("value.type", "a location, with `latitude` and `longitude`")
_RANGE = Refusal("value.range", "a latitude from -90 to 90 and a longitude from -180 to 180")
_HALF = Refusal("value.half", "both latitude and longitude, or neither")


def fit_location(values: Values) -> Fitted:
    """Locations, from structs of both coordinates; latitudes, then longitudes, as doubles."""
    if not is_location(values.type):
        return none_fit(values, (pa.float64(), pa.float64()), _TYPE)
    fields: Any = values
    # Flattened, since the fields of a null struct may hold anything.
    parts = dict(zip(fields.type.names, fields.flatten(), strict=True))
    latitude, longitude = fit_number(parts["latitude"]), fit_number(parts["longitude"])
    faults = [*latitude.faults, *longitude.faults]
    north, east = latitude.arrays[0], longitude.arrays[0]
    far_north, far_east = pc.greater(pc.abs(north), 90), pc.greater(pc.abs(east), 180)
    far = pc.or_(pc.fill_null(far_north, False), pc.fill_null(far_east, False))
    half = pc.xor(north.is_valid(), east.is_valid())
    faults += faults_where((far, _RANGE), (half, _HALF))
    return Fitted((north, east), tuple(faults))
