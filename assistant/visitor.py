"""Who a request comes from, as the login wrote it into the request's scope."""

from collections.abc import Mapping
from typing import Any

from store.records import User

_VISITOR = "aprendiz.visitor"


def visitor(scope: Mapping[str, Any]) -> User:
    """Who sent the request of `scope`. Raises KeyError for one that did not come through the login."""
    found: User = scope[_VISITOR]
    return found


def of(scope: Mapping[str, Any], user: User) -> dict[str, Any]:
    """`scope` as of a request that `user` sent."""
    return {**scope, _VISITOR: user}
