"""Every model and parameter type of the API, in one place.

Models, such as `ChatCompletion` and `UserMessage`, are classes. Types that end in `Param`, such as
`MessageParam` and `ToolParam`, are the typed dictionaries of requests, for annotations:

    from egp.types import MessageParam

    history: list[MessageParam] = [{"role": "user", "content": "Hello"}]

Each is loaded when it is first used.
"""

# Not from typing, which takes longer to load than all of this.
# False, in a way that jedi does not look through: it reads what is below.
TYPE_CHECKING = bool()  # noqa: UP018

if TYPE_CHECKING:
    from typing import TypeAlias

    from egp_api import params
    from egp_api.models import *  # noqa: F403 - all of them, also those that the contract gains
    from egp_api.params import *  # noqa: F403
    from egp_api.types import UNSET as UNSET
    from egp_api.types import JSONObject as JSONObject
    from egp_api.types import OtherObject as OtherObject
    from egp_api.types import ResponseInfo as ResponseInfo

    from egp._models import Model as Model
    from egp._models import ModelList as ModelList

    MessageParam: TypeAlias = params.RequestMessageParam
else:
    from importlib import import_module

    from egp._loading import LOADING

    _ALIASES = {"MessageParam": "RequestMessageParam"}
    _SHARED = ("JSONObject", "OtherObject", "ResponseInfo", "UNSET")
    _OWN = ("Model", "ModelList")

    def _names() -> set[str]:
        with LOADING:
            from egp_api import models, params

        return {*models.__all__, *params.__all__, *_ALIASES, *_SHARED, *_OWN}

    def _home(name: str) -> str | None:
        if name in _OWN:
            return "egp._models"
        if name in _SHARED:
            return "egp_api.types"
        with LOADING:
            from egp_api import models, params

        if name in models.__all__:
            return "egp_api.models"
        return "egp_api.params" if name in _ALIASES or name in params.__all__ else None

    def __getattr__(name: str) -> object:
        if name == "__all__":
            return sorted(_names())
        home = None if name.startswith("__") else _home(name)
        if home is None:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}", name=name)
        with LOADING:
            value = globals()[name] = getattr(import_module(home), _ALIASES.get(name, name))
        return value

    def __dir__() -> list[str]:
        return sorted(_names())
