"""What a change of the contract does to users of the generated code, and the version step that follows.

The rule, kind by kind, is docs/spec-changes.md.
"""

from tools.compiler.changes.compare import compare
from tools.compiler.changes.report import KINDS, Change, Report

__all__ = ["KINDS", "Change", "Report", "compare"]
