"""What a tenant's configuration says: the file that `leadmill tenant apply` reads."""

from collections.abc import Mapping
from typing import Any

from pydantic import Field, SecretStr, ValidationError

from tenants.approvals import ApprovalPolicy
from tenants.budgets import Budgets
from tenants.icp import IdealCustomer, Persona
from tenants.records import Record


class ProviderConnection(Record):
    """How a tenant reaches one provider. Without a base URL the vendor's own address is used."""

    base_url: str | None = None
    api_key: SecretStr | None = None
    credit_price_usd: float | None = Field(default=None, ge=0)


class TenantConfig(Record):
    """A tenant's configuration: whom it looks for, with which providers, and what follows from a score."""

    icp: IdealCustomer = IdealCustomer()
    personas: tuple[Persona, ...] = (Persona(),)
    agents: Mapping[str, bool] = Field(default_factory=dict)
    sequences: Mapping[str, str] = Field(
        default_factory=lambda: {"A": "executive-outreach", "B": "standard-outreach", "C": "nurture"}
    )
    connections: Mapping[str, ProviderConnection] = Field(default_factory=dict)
    approvals: ApprovalPolicy = ApprovalPolicy()
    budgets: Budgets = Budgets()
    order: tuple[str, ...] = ()


def read_config(document: Mapping[str, Any]) -> TenantConfig:
    """The configuration in a parsed YAML document.

    Raises ValueError with one line for each thing that is wrong, naming its place.
    """
    try:
        return TenantConfig.model_validate(document)
    except ValidationError as error:
        lines = (f"{'.'.join(map(str, fault['loc']))}: {fault['msg']}" for fault in error.errors())
        raise ValueError("; ".join(lines)) from None
