"""The layout of Sankey diagrams: nodes do not overlap, bands fit their nodes, and circles are handled."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from matplotlib import pyplot as plt

from h2model.plots.chart import Sankey
from h2model.plots.sankey_layout import lay_out
from h2model.plots.with_matplotlib import draw_sankey

COUNT = 8
LINK = st.tuples(st.integers(0, COUNT - 1), st.integers(0, COUNT - 1), st.floats(0.1, 100.0))
LINKS = st.lists(LINK.filter(lambda link: link[0] != link[1]), max_size=16, unique_by=lambda link: link[:2]).map(tuple)


@given(LINKS)
def test_nodes_of_a_column_do_not_overlap(links):
    placed = lay_out(COUNT, links)
    for column in range(placed.columns):
        nodes = np.flatnonzero(placed.column == column)
        nodes = nodes[np.argsort(placed.bottom[nodes], kind="stable")]
        above = placed.bottom[nodes][1:] - (placed.bottom + placed.height)[nodes][:-1]
        assert (above >= -1e-9).all()


@given(LINKS)
def test_bands_fill_their_nodes_from_below(links):
    placed = lay_out(COUNT, links)
    for node in range(COUNT):
        for lower, end in (("leaves", "source"), ("arrives", "target")):
            own = sorted((getattr(b, lower), b.height) for b in placed.bands if getattr(b, end) == node)
            edges = placed.bottom[node] + np.cumsum([0.0, *(height for _, height in own)])
            np.testing.assert_allclose([edge for edge, _ in own], edges[:-1], atol=1e-9)
            assert edges[-1] <= placed.bottom[node] + placed.height[node] + 1e-9


def test_columns_count_from_the_sources_and_ends_are_in_the_last():
    placed = lay_out(5, ((0, 1, 3.0), (1, 2, 2.0), (0, 2, 1.0), (2, 3, 3.0), (1, 4, 1.0)))
    assert placed.column.tolist() == [0, 1, 2, 3, 3]


def test_a_circle_of_flows_has_one_link_backwards():
    placed = lay_out(4, ((0, 1, 2.0), (1, 2, 3.0), (2, 1, 1.0), (2, 3, 2.0)))
    assert placed.column.tolist() == [0, 1, 2, 3]


def test_parallel_flows_do_not_cross():
    placed = lay_out(6, ((0, 5, 1.0), (1, 4, 1.0), (2, 3, 1.0)))
    assert np.array_equal(np.argsort(placed.bottom[:3]), np.argsort(placed.bottom[[5, 4, 3]]))


@pytest.mark.parametrize("links", [(), ((0, 1, 2.0), (1, 2, 1.0), (1, 3, 1.0))])
def test_a_sankey_is_drawn_with_all_names(links):
    names = tuple("abcd"[: 4 if links else 0])
    figure = draw_sankey(Sankey("Carbon", "kt/year", names, ("#336699",) * len(names), links))
    (axes,) = figure.axes
    assert [text.get_text() for text in axes.texts] == list(names)
    assert len(axes.patches) == len(links) + len(names)
    assert axes.get_title(loc="left") == "Carbon, kt/year"
    plt.close(figure)
