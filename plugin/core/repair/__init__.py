"""Topology mended where it is safe; what is not safe is left alone and said.

plan        which repairs, in which order, with which numbers
work        the shapes under repair, what was done to each row and what was left
guards      what speaks against a change: an empty, broken or parted feature, a neighbour's ground
rebuild     polygons with other vertices
ring_order, shape_invalid, vertex_near, vertex_missing, overlap, gap, sliver    one repair each, named as the check that it cures
mend        the repairs over a layer, again and again until nothing is left to do
changes     features before and after, and what the areas did
"""
