"""Providers: one outside company each, one file each. To add one, imitate `hunter.py`.

Such a file has a table of manners, a function for each question that it answers, and `PROVIDER`. Add its
test, and the conformance suite finds it by itself. One that also carries out effects imitates `sequences.py`.

Lives here: a file for each provider, named after it, and what they all build on, which declares no
`PROVIDER`: `manners` (asking over HTTP), `fields` (reading a vendor's JSON), `bulk` (many questions in one request),
`industries` (one name for each), `list_files` (a vendor's whole list, kept in memory), `prospect` (writing into a
CRM), `dns_client` and `dns_messages` (asking name servers); for websites `company_site` (which pages are fetched),
`robots`, `page`, `organization`, `fingerprints` and `feeds`. What is too long for one file has others beside it
that begin with its name.
May import: `core`, the light half of `tenants`, and libraries that do I/O; never another provider.
May be imported by: the engine.
"""

import importlib
import pkgutil
from functools import cache

from actors.core.provider import Provider


@cache
def all_providers() -> dict[str, Provider]:
    """Every provider in this folder by name.

    Raises TypeError where a file declares more than one provider, or one of another name than its own.
    """
    found: dict[str, Provider] = {}
    for module_info in pkgutil.iter_modules(__path__):
        module = importlib.import_module(f"{__name__}.{module_info.name}")
        declared = {name: value for name, value in vars(module).items() if isinstance(value, Provider)}
        if not declared:
            continue
        provider = declared.get("PROVIDER")
        if provider is None or len(declared) > 1 or provider.name != module_info.name:
            raise TypeError(
                f"actors/providers/{module_info.name}.py must declare one PROVIDER called {module_info.name}"
            )
        found[module_info.name] = provider
    return found
