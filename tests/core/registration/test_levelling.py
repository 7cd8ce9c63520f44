"""Parts levelled to the whole, printed amounts, and the room that bent edges need; numbers worked by hand."""

from __future__ import annotations

import numpy as np
import pytest
import shapely

from shanshui.plugin.core.registration import levelling


def test_the_room_for_bent_edges():
    """A square of 1 km: four edges of L³/(6R) m² each on a Mercator plane, none on a CGCS2000 zone."""
    square = np.array([shapely.box(0, 0, 1000, 1000)], dtype=object)
    assert levelling.bend(square, "EPSG:32651")[0] == pytest.approx(4 * 1000**3 / (6 * 6_378_137.0))
    assert levelling.bend(square, "EPSG:4528")[0] == 0.0


def test_printed_amounts_stay_within_a_hundredth_of_their_own():
    """Rounded down the seven sum to 104.90; the two hundredths that are left go to those that lost most, 0.0051 and 5.0149."""
    exact = np.array([99.864365, 0.013333, 0.013333, 0.013333, 5.0149, 0.0051, 0.0])
    found = levelling.printed(exact, 104.92)
    assert found.sum() == pytest.approx(104.92, abs=1e-9) and np.abs(found - exact).max() < 0.01
    assert found.tolist() == [99.86, 0.01, 0.01, 0.01, 5.02, 0.01, 0.0]
