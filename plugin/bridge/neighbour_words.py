"""Where the neighbours of a unit (四至) are written: beside its boundary, on the four sides."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from qgis.core import QgsLayoutItem, QgsLayoutItemLabel, QgsLayoutItemMap, QgsLayoutPoint, QgsLayoutSize, QgsPrintLayout, QgsRectangle

from .label_words import depth_of, words_size

__all__ = ["SIDES", "Box", "arrange", "margins", "rooms_of"]

Box = tuple[float, float, float, float]  # x, y, width, height in millimetres on the page
SIDES = ("north", "east", "south", "west")
_GAP = 2.5  # millimetres between boundary and words
_EDGE = 1.0  # millimetres between words and the map's frame
_WIDEST = 60.0  # millimetres of the words east or west of a narrow unit
_NARROWEST = 80.0  # millimetres of the words above or below one


def rooms_of(layout: QgsPrintLayout) -> dict[str, Box]:
    """Where the template has the words of each side."""
    items = {side: layout.itemById(f"neighbours_{side}") for side in SIDES}
    return {side: _box(one) for side, one in items.items() if isinstance(one, QgsLayoutItemLabel)}


def margins(place: QgsLayoutItemMap, rooms: Mapping[str, Box]) -> tuple[float, float]:
    """Millimetres left and right, and above and below, that the words need inside the map's frame."""
    inside = _inside(place, rooms)
    wide = max((inside[side][2] for side in ("east", "west") if side in inside), default=0.0)
    deep = max((inside[side][3] for side in ("north", "south") if side in inside), default=0.0)
    return (wide + _GAP + _EDGE if wide else _GAP), (deep + _GAP + _EDGE if deep else _GAP)


def arrange(
    layout: QgsPrintLayout, place: QgsLayoutItemMap, unit: QgsRectangle, rooms: Mapping[str, Box], family: str,
    write: Callable[[str, float, float, float], str],
) -> dict[str, str]:  # fmt: skip
    """The words of each side, those that the template has inside the map's frame moved beside `unit` (its box in map units).

    write: side, width and depth in millimetres, size of the letters in points → words in lines.
    """
    inside, on_paper, frame = _inside(place, rooms), _on_paper(place, unit), _box(place)
    items = {side: layout.itemById(f"neighbours_{side}") for side in rooms}
    words, taken = {}, [on_paper]
    # east and west first: what they take decides how near north and south may come
    for side in ("east", "west", "north", "south"):
        if side not in rooms:
            continue
        size = words_size(items[side])
        width, depth = rooms[side][2:]
        if side in inside:
            width = _width(side, width, on_paper, frame)
        words[side] = write(side, width, depth, size)
        if side in inside:
            box = _within(_beside(side, width, depth_of(words[side], family, size), taken), frame)
            taken.append(box if words[side] else on_paper)
            items[side].setReferencePoint(QgsLayoutItem.ReferencePoint.UpperLeft)
            items[side].attemptMove(QgsLayoutPoint(*box[:2]))
            items[side].attemptResize(QgsLayoutSize(*box[2:]))
    return words


def _width(side: str, width: float, unit: Box, frame: Box) -> float:
    """The template's width, more where the unit leaves room beside it, less above and below a narrow unit."""
    if side == "west":
        return max(width, min(unit[0] - _GAP - frame[0] - _EDGE, _WIDEST))
    if side == "east":
        return max(width, min(frame[0] + frame[2] - _EDGE - unit[0] - unit[2] - _GAP, _WIDEST))
    return min(width, max(unit[2], _NARROWEST))


def _beside(side: str, width: float, depth: float, taken: list[Box]) -> Box:
    """The place of words beside the unit (the first of `taken`); above and below also clear of the other words there."""
    x, y, wide, deep = taken[0]
    if side == "west":
        return x - _GAP - width, y + (deep - depth) / 2, width, depth
    if side == "east":
        return x + wide + _GAP, y + (deep - depth) / 2, width, depth
    left = x + (wide - width) / 2
    in_the_way = [one for one in taken if one[0] < left + width and one[0] + one[2] > left]
    if side == "north":
        return left, min(one[1] for one in in_the_way) - _GAP - depth, width, depth
    return left, max(one[1] + one[3] for one in in_the_way) + _GAP, width, depth


def _within(box: Box, frame: Box) -> Box:
    x = min(max(box[0], frame[0] + _EDGE), frame[0] + frame[2] - box[2] - _EDGE)
    y = min(max(box[1], frame[1] + _EDGE), frame[1] + frame[3] - box[3] - _EDGE)
    return x, y, box[2], box[3]


def _inside(place: QgsLayoutItemMap, rooms: Mapping[str, Box]) -> dict[str, Box]:
    """The rooms whose middle lies in the map's frame."""
    x, y, width, height = _box(place)
    middles = {side: (box[0] + box[2] / 2, box[1] + box[3] / 2) for side, box in rooms.items()}
    return {side: rooms[side] for side, (right, down) in middles.items() if x <= right <= x + width and y <= down <= y + height}


def _on_paper(place: QgsLayoutItemMap, unit: QgsRectangle) -> Box:
    seen, (x, y, width, height) = place.extent(), _box(place)
    across, down = width / seen.width(), height / seen.height()
    left, top = x + (unit.xMinimum() - seen.xMinimum()) * across, y + (seen.yMaximum() - unit.yMaximum()) * down
    return left, top, unit.width() * across, unit.height() * down


def _box(item: QgsLayoutItem) -> Box:
    return item.pos().x(), item.pos().y(), item.rect().width(), item.rect().height()
