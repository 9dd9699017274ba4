"""Links for the types of a signature, which names them as the code does: mostly by the last word."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

from sphinx.addnodes import pending_xref
from sphinx.transforms.post_transforms import SphinxPostTransform

if TYPE_CHECKING:
    from sphinx.application import Sphinx

_KINDS = {"class", "exception", "data", "type", "function"}


class ShortNames(SphinxPostTransform):
    """Replaces the target of each reference by the full name that the index has for it."""

    # Before Sphinx resolves them, which would take any name that ends alike.
    default_priority = 5

    def run(self, **_: Any) -> None:
        """Look at the references of one page."""
        for node in list(self.document.findall(pending_xref)):
            if node.get("refdomain") != "py":
                continue
            node.attributes.pop("refspecific", None)
            target: str = node["reftarget"]
            if target in self._objects:
                continue
            module, name = target.rpartition(".")[::2]
            is_ours = module.partition(".")[0] in {"", "egp", "egp_api"}
            home = self._homes.get(name) if is_ours else None
            if home is None:
                node.replace_self(node.children)
            else:
                node["reftarget"] = home

    @property
    def _objects(self) -> dict[str, Any]:
        objects: dict[str, Any] = self.env.domains.python_domain.objects
        return objects

    @cached_property
    def _homes(self) -> dict[str, str]:
        homes: dict[str, str] = {}
        for name in sorted(self._objects, key=_rank):
            if not self._objects[name].aliased and self._objects[name].objtype in _KINDS:
                homes.setdefault(name.rpartition(".")[2], name)
        return homes


def setup(app: Sphinx) -> dict[str, bool]:
    """Take part in the resolution of references."""
    app.add_post_transform(ShortNames)
    return {"parallel_read_safe": True, "parallel_write_safe": True}


def _rank(name: str) -> tuple[bool, int, str]:
    # The page where a name is told in full comes before those that only mention it.
    return name.startswith("egp_api"), -name.count("."), name
