"""The sample county 青岚县 Qinglan: an invented coastal county, the same for the same SEED and PATCHES.

scene       the lie of the land as functions of place (heights, coast, river, towns)
noise       smooth random fields
lattice     an irregular honeycomb: nodes, edges, cells
graph       connected parts and growth over neighbouring cells
fractal     edges drawn as fractal lines that provably never cross
assemble    labels of cells become polygons and lines whose shared borders are the same vertices
strips      mesh edges opened into narrow strips of rivers and roads
villages, landcover, lines, ownership, regions, changes    which face belongs to what
ground      all of it on one web: the labels that every layer is cut from
districts, landsurvey, parcels, units                      survey, ownership and registration units as tables
faces       the second year's faces as flags and polygons: the common ground of what follows
coast, sea, protected, redline, plan                       shore at two years, sea, protected areas, the three lines, zones and planned use
permits, projects, buildings, indicators                   rights, projects, houses, tables and known cases
beyond_core all of these in one call; pages: tables on the columns of their page; rasters: climate, soil and vegetation on one grid
faults, fault_work, fault_shapes, fault_rows               known faults with their answer key
county      the whole, in one call
"""
