"""What a provider of identities says of somebody, as a code and grants of ours; the map is ``[sign_in]`` in the configuration."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from provisions.access.roles import Grant
from provisions.domain.privacy import identifying

CODE = re.compile(r"[a-z][a-z0-9.-]{0,39}")
CODE_CLAIM, GROUPS_CLAIM = "preferred_username", "groups"


@dataclass(frozen=True)
class SignIn:
    """How claims are read. ``codes``: the code of those whose claim is none; ``groups``: what a group or app role gives."""

    code_claim: str = CODE_CLAIM
    groups_claim: str = GROUPS_CLAIM
    codes: Mapping[str, str] = field(default_factory=dict)
    groups: Mapping[str, frozenset[Grant]] = field(default_factory=dict)

    def code_of(self, claims: Mapping[str, Any]) -> str | None:
        """The staff code; ``None`` when the claim is missing, or is no code and not in the table.

        A letter of another alphabet is none of a code, also where its small one is: the sign of Kelvin is no k.
        """
        said = claims.get(self.code_claim)
        if not isinstance(said, str):
            return None
        code = self.codes.get(said, said.lower() if said.isascii() else said)
        return code if CODE.fullmatch(code) and not identifying(code) else None

    def grants_of(self, claims: Mapping[str, Any]) -> frozenset[Grant]:
        """What all groups of the person give together; a group that is not in the table gives nothing."""
        said = claims.get(self.groups_claim)
        names = said if isinstance(said, list) else [said] if isinstance(said, str) else []
        held = (self.groups.get(name, frozenset()) for name in names if isinstance(name, str))
        return frozenset().union(*held)
