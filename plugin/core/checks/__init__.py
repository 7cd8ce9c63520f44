"""Checks that run unattended and can be run again: one rule, one pure function, one code.

rule        a row of a pack's rules/checks.csv, and the functions that rules name
case        what a rule may look at: layers by page, their networks, tolerance
engine      rules over layers, two at a time; a rule that fails is itself reported
states      findings matched with those of the run before: open, fixed, exception
pages       which page of a standard a layer follows
conditions  the predicates that C:<name> of a field table means
delivery    what a layer must be before its rows are looked at
fields      rules that follow from the field table by themselves
references  values that must stand in another layer
plane       vertices and widths in metres, whatever units a layer has
survey, sums, shapes, coverages, between    one subject each
"""
