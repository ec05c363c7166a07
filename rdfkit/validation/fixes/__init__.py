"""Repairs of sources: what a finding is certain about is written into the page or table, and no other byte changes.

`page_rules` and `cell_rules` are the tables of repairs, each under the rule of the finding that it repairs. `pages` and
`tables` apply them to the text of one file, `sources` finds the files. A repair whose text does not read as what was
meant is not made.
"""

from rdfkit.validation.fixes.repairs import Fixed, Repair, unified_diff
from rdfkit.validation.fixes.sources import fix_sources, known_rules

__all__ = ["Fixed", "Repair", "fix_sources", "known_rules", "unified_diff"]
