"""What every kind of target is told: a purpose, and which columns leave under which names."""

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import Field, field_validator, model_validator

from edge.activation.limits import Limits, Variable
from edge.consent.purposes import Name

__all__ = [  # the last is made elsewhere, and read from here
    "CONTACTS",
    "RESERVED",
    "SOURCES",
    "Identified",
    "Mapped",
    "Reference",
    "TraitType",
    "Typed",
    "Variable",
]

CONTACTS = "contacts"
SOURCES = {
    "customers": "warehouse.marts.dim_customers",
    "features": "warehouse.features.ftr_customers",
    CONTACTS: "contacts.marts.dim_customer_contacts",
}
RESERVED = frozenset(
    {"operation", "operation_rank", "reason", "segment", "customer_id", "fingerprint"}
)

Reference = Annotated[str, Field(pattern=rf"^({'|'.join(SOURCES)})\.[a-z_][a-z0-9_]*$")]
TraitType = Literal["text", "integer", "number", "boolean", "timestamp", "date"]


class Mapped(Limits):
    """What each kind of target has in common. An unknown key is an error."""

    purpose: Name
    columns: Mapping[Name, Reference] = Field(default_factory=dict)

    @field_validator("columns")
    @classmethod
    def _columns_are_free(cls, columns: Mapping[str, str]) -> Mapping[str, str]:
        taken = sorted(RESERVED.intersection(columns))
        if taken:
            raise ValueError(f"{', '.join(taken)} is written by us: choose another name")
        return columns

    @property
    def maps_contacts(self) -> bool:
        """Whether contact data leaves by this target."""
        return any(source.startswith(f"{CONTACTS}.") for source in self.columns.values())

    @property
    def tells_customer_id(self) -> bool:
        """Whether each row says our id of the person."""
        return True


class Typed(Mapped):
    """What targets of rows have in common: the types that traits must arrive as.

    A row whose value is none of its column's type is rejected.
    """

    types: Mapping[Name, TraitType] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _types_are_of_columns(self) -> "Typed":
        unknown = sorted(set(self.types).difference(self.columns))
        if unknown:
            raise ValueError(f"types: no column {', '.join(unknown)}")
        return self

    @property
    def identifying_columns(self) -> frozenset[str]:
        """The columns by which the target knows a person; none: by ``customer_id``.

        Where one of them changed, an update is the removal of what was acknowledged and an
        addition: the target cannot know that both are one person.
        """
        return frozenset()


class Identified(Typed):
    """A target that may know a person otherwise than we do: by a column, such as an e-mail."""

    identifier: Name = "customer_id"

    @model_validator(mode="after")
    def _identifier_is_a_column(self) -> "Identified":
        if self.identifier not in ("customer_id", *self.columns):
            raise ValueError(f"identifier: no column {self.identifier}")
        return self

    @property
    def identifying_columns(self) -> frozenset[str]:
        """The column by which the target knows a person; none: by ``customer_id``."""
        return frozenset({self.identifier} - {"customer_id"})
