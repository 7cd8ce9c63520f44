"""One walk over two layers: chunk by chunk the common pieces, what is left of each row, and the books."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import shapely

from . import overlay_cuts as cuts
from .overlay_books import Books
from .overlay_ground import Loose, bare, gather, loose
from .shared import Shared

__all__ = ["Task", "walk"]

Array = np.ndarray[Any, Any]

_ROWS, _VERTICES = 20_000, 750_000  # of a chunk
_PENDING = 1_000_000  # loose edges kept before they are cancelled among each other
_BALANCE = 1e-9  # more than this share of a row too much means that its ground is claimed more than once
_SEVERAL = 8  # others on a row from which a net of their loose edges is quicker than taking them away
_CROWD = 3_000  # loose edges in the row's box beyond which it is not,
_FEW = 0.1  # but where they are less than this share of all edges
NOBODY = -1

Chunk = tuple[float, Array, Array, Array]
_NONE = np.empty(0, dtype=np.int64)


@dataclass(frozen=True)
class Task:
    """What to compute: common pieces, the rest of the patches (the layer walked over), the rest of the zones; grid in CRS units."""

    pieces: bool = True
    patch_rest: bool = False
    zone_rest: bool = False
    grid: float = 0.0


@dataclass
class _State:
    task: Task
    patches: Shared
    zones: cuts.Zones
    books: Books
    pool: ThreadPoolExecutor
    check: Callable[[], None]
    edges: Loose
    sums: Array  # area of the pieces of each zone
    inside: Array  # zones that lie wholly in a patch
    pairs: list[tuple[Array, Array]] = field(default_factory=list)
    pending: list[Loose] = field(default_factory=list)


def walk(patches: Array, zones: Array, task: Task, books: Books, check: Callable[[], None]) -> Iterator[Chunk]:
    """Chunks of (fraction done, patch rows, zone rows, shapes), -1 for nobody, sorted by patch; the rest of the zones comes last.

    patches, zones: valid polygons (n,), the left and the right layer. Raises what `check` raises.
    """
    with ThreadPoolExecutor(2) as pool:
        # arrays of our own: the caller may work on his while this one runs ahead
        patches, zones = np.array(patches, dtype=object), np.array(zones, dtype=object)
        if task.grid:
            patches = _on_grid(patches, "left", task.grid, books, pool, check)
            zones = _on_grid(zones, "right", task.grid, books, pool, check)
        edges = _edges(zones, pool, check)
        over = cuts.Zones(zones)
        state = _State(task, Shared(patches), over, books, pool, check, edges, np.zeros(len(zones)), np.zeros(len(zones), dtype=bool))
        share = 0.85 if task.zone_rest else 1.0
        for part in cuts.batches(shapely.get_num_coordinates(patches), _ROWS, _VERTICES):
            check()
            patch, zone, shapes = _chunk(state, part)
            yield share * part.stop / len(patches), patch + part.start, zone, shapes
        if task.zone_rest:
            zone, shapes = _zone_rest(state)
            yield 1.0, np.full(len(zone), NOBODY), zone, shapes


def _on_grid(shapes: Array, side: str, grid: float, books: Books, pool: ThreadPoolExecutor, check: Callable[[], None]) -> Array:
    """Shapes with their vertices on the grid; those that vanish are set aside and stay as empty polygons."""
    out, given = np.empty(len(shapes), dtype=object), Shared(shapes)

    def task(part: slice) -> None:
        check()
        out[part] = shapely.set_precision(given[part], grid)

    list(pool.map(task, cuts.batches(shapely.get_num_coordinates(shapes))))
    out, real, _ = cuts.polygons_only(out)
    if not real.all():
        books.set_aside(side, np.flatnonzero(~real), shapes[~real], "overlay.collapsed")
        out[~real] = shapely.from_wkt("POLYGON EMPTY")
    return out


def _edges(shapes: Array, pool: ThreadPoolExecutor, check: Callable[[], None]) -> Loose:
    given = Shared(shapes)

    def task(part: slice) -> Loose:
        check()
        return loose(given[part])

    return gather(list(pool.map(task, cuts.batches(shapely.get_num_coordinates(shapes), _ROWS, _VERTICES))))


def _chunk(state: _State, part: slice) -> tuple[Array, Array, Array]:
    task, shapes, book = state.task, state.patches[part], state.books
    edges = state.pool.submit(loose, state.patches[part]) if task.zone_rest else None
    found = cuts.cut(shapes, state.zones, task.grid, state.pool, state.check)
    areas = shapely.area(found.shapes)
    sums = np.bincount(found.patch, areas, minlength=len(shapes)).astype(float)
    book.pairs += len(found.patch)
    book.whole += int((found.how != cuts.CUT).sum())
    book.touches += found.touches
    book.stray += found.stray
    if edges is not None:
        state.sums += np.bincount(found.zone, areas, minlength=len(state.zones))
        state.inside[found.zone[found.how == cuts.ZONE_WHOLE]] = True
        state.pairs.append((found.zone.astype(np.int32), (found.patch + part.start).astype(np.int32)))
        state.pending.append(edges.result())
        if sum(map(len, state.pending)) > _PENDING:
            state.pending = [gather(state.pending)]
    rest, rest_shapes = _patch_rest(state, part, found, sums)
    patch, zone, pieces = found.patch, found.zone, found.shapes
    if not task.pieces:
        patch, zone, pieces = patch[:0], zone[:0], pieces[:0]
    if len(rest):
        patch, zone = np.concatenate([patch, rest]), np.concatenate([zone, np.full(len(rest), NOBODY)])
        pieces = np.concatenate([pieces, rest_shapes])
        order = np.argsort(patch, kind="stable")
        patch, zone, pieces = patch[order], zone[order], pieces[order]
    kept = _merge_noise(book, part.start, patch, pieces, shapely.area(shapes))
    return patch[kept], zone[kept], pieces[kept]


def _patch_rest(state: _State, part: slice, found: cuts.Cuts, sums: Array) -> tuple[Array, Array]:
    """Rows of the chunk of which something is left, with what is left; the books of the chunk's patches are kept here."""
    shapes = state.patches[part]
    own = shapely.area(shapes)
    met, inside = np.zeros(len(own), dtype=bool), np.zeros(len(own), dtype=bool)
    met[found.patch] = True
    inside[found.patch[found.how == cuts.PATCH_WHOLE]] = True
    lines = state.edges.within(shapely.total_bounds(shapes)).lines
    line, near = shapely.STRtree(shapes).query(lines) if len(lines) else (_NONE, _NONE)
    unquiet = np.zeros(len(own), dtype=bool)
    unquiet[near] = True
    _book_quiet(state.books, "left", np.flatnonzero(met & ~unquiet), part.start, own, sums)
    if not state.task.patch_rest:
        return _NONE, shapes[:0]
    torn = np.flatnonzero(met & unquiet & ~inside)
    others = _grouped(found.patch, found.zone, torn)
    left, real = _rest(state, shapes[torn], state.zones.shapes, others, lines, _grouped(near, line, torn))
    _book_torn(state, "left", (torn, part.start), own[torn], sums[torn], shapes[torn], state.zones.shapes, others, left)
    alone = np.flatnonzero(~met & (own > 0))
    return np.concatenate([alone, torn[real]]), np.concatenate([shapes[alone], left[real]])


def _zone_rest(state: _State) -> tuple[Array, Array]:
    """Zones of which something is left when all patches are taken away, with what is left."""
    zones = state.zones.shapes[:]
    own = shapely.area(zones)
    zone = np.concatenate([_NONE, *(pair[0] for pair in state.pairs)])
    patch = np.concatenate([_NONE, *(pair[1] for pair in state.pairs)])
    met, unquiet = np.zeros(len(zones), dtype=bool), np.zeros(len(zones), dtype=bool)
    met[zone] = True
    lines = gather(state.pending).lines
    state.pending.clear()
    line, near = shapely.STRtree(zones).query(lines) if len(lines) else (_NONE, _NONE)
    unquiet[near] = True
    _book_quiet(state.books, "right", np.flatnonzero(met & ~unquiet), 0, own, state.sums)
    torn = np.flatnonzero(met & unquiet & ~state.inside)
    others = _grouped(zone, patch, torn)
    left, real = _rest(state, zones[torn], state.patches, others, lines, _grouped(near, line, torn))
    _book_torn(state, "right", (torn, 0), own[torn], state.sums[torn], zones[torn], state.patches, others, left)
    areas = shapely.area(left)
    small = real & (areas < state.books.noise) & (areas < 0.5 * own[torn])
    # what is left of a zone has no neighbour of the same patch to join
    state.books.set_aside("right", torn[small], left[small], "overlay.noise")
    real &= ~small
    alone = np.flatnonzero(~met & (own > 0))
    rows, shapes = np.concatenate([alone, torn[real]]), np.concatenate([zones[alone], left[real]])
    order = np.argsort(rows, kind="stable")
    return rows[order], shapes[order]


def _rest(state: _State, shapes: Array, layer: Shared, others: list[Array], lines: Array, near: list[Array]) -> tuple[Array, Array]:
    """What is left of each shape without its `others` of `layer`, whose loose edges by it are `near` of `lines`; and where any is."""
    left, grid = np.empty(len(shapes), dtype=object), state.task.grid

    def task(part: slice) -> None:
        for at in range(part.start, part.stop):
            if at % 16 == 0 or len(others[at]) > _SEVERAL:
                state.check()
            some, edges = layer[others[at]], lines[near[at]]
            by_net = not grid and len(some) > _SEVERAL and len(edges) <= max(_CROWD, _FEW * shapely.get_num_coordinates(some).sum())
            left[at] = bare(shapes[at], edges, some) if by_net else cuts.without(shapes[at], some, grid, state.check)

    weights = np.array([len(one) for one in others], dtype=np.int64)
    list(state.pool.map(task, cuts.batches(weights, 100, 200)))
    left, real, stray = cuts.polygons_only(left)
    state.books.stray += stray
    left[~real] = None
    return left, real


def _grouped(keys: Array, values: Array, wanted: Array) -> list[Array]:
    """The values of each wanted key."""
    order = np.argsort(keys, kind="stable")
    line = keys[order]
    low, high = np.searchsorted(line, wanted, side="left"), np.searchsorted(line, wanted, side="right")
    return [values[order[a:b]] for a, b in zip(low, high)]


def _book_quiet(books: Books, side: str, rows: Array, start: int, own: Array, sums: Array) -> None:
    """Rows on evenly covered ground: their pieces sum to the row once for each time the ground is covered."""
    own, sums = own[rows], sums[rows]
    times = np.maximum(np.rint(np.divide(sums, own, out=np.ones(len(own)), where=own > 0)), 1.0)
    books.overlapped += int((times > 1).sum())
    books.balance(side, rows + start, own, sums / times)


def _book_torn(
    state: _State, side: str, rows: tuple[Array, int], own: Array, sums: Array, shapes: Array, layer: Shared, others: list[Array], left: Array
) -> None:
    """Rows on uneven ground: their pieces and what is left sum to the row; where the ground is claimed twice it counts once."""
    rest = np.nan_to_num(shapely.area(left))
    total = sums + rest
    for at in np.flatnonzero(total > own * (1 + _BALANCE)):
        state.check()
        ground = shapely.union_all(shapely.intersection(shapes[at], layer[others[at]]))
        state.books.overlapped += 1
        total[at] = shapely.area(ground) + rest[at]
    state.books.balance(side, rows[0] + rows[1], own, total)


def _merge_noise(books: Books, start: int, patch: Array, shapes: Array, own: Array) -> Array:
    """Unite pieces under the noise area with the neighbour piece of the same patch (in place); which pieces are kept."""
    kept = np.ones(len(patch), dtype=bool)
    if books.noise <= 0 or not len(patch):
        return kept
    areas = shapely.area(shapes)
    small = (areas < books.noise) & (areas < 0.5 * own[patch])
    for at in np.flatnonzero(small):
        low, high = np.searchsorted(patch, patch[at], side="left"), np.searchsorted(patch, patch[at], side="right")
        others = np.arange(low, high)[~small[low:high]]
        kept[at] = False
        if not len(others):
            books.set_aside("left", patch[at : at + 1] + start, shapes[at : at + 1], "overlay.noise")
            continue
        beside = shapely.length(shapely.intersection(shapely.boundary(shapes[at]), shapely.boundary(shapes[others])))
        best = others[np.lexsort((areas[others], beside))[-1]]
        shapes[best] = shapely.union(shapes[best], shapes[at])
        books.merged += 1
        books.merged_area += float(areas[at])
    return kept
