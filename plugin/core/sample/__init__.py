"""The sample county 青岚县 Qinglan: an invented coastal county, the same for the same SEED and PATCHES.

scene       the lie of the land as functions of place (heights, coast, river, towns)
noise       smooth random fields
lattice     an irregular honeycomb: nodes, edges, cells
graph       connected parts and growth over neighbouring cells
fractal     edges drawn as fractal lines that provably never cross
assemble    labels of cells become polygons and lines whose shared borders are the same vertices
roads       mesh edges opened into narrow road patches
villages, landcover, changes, landsurvey, ownership, units, coast, sea, plan, permits, tables, rasters
faults      known faults with their answer key
county      the whole, in one call
"""
