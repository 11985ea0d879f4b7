"""Pages: one file each, discovered. A file here offers a `PAGE`; its place in the menu is the page's `order`.

May import: the rest of the console, but no other page.
"""

import importlib
import pkgutil

from console.page import Page


def discovered() -> dict[str, Page]:
    """All pages by the word that stands for each in an address, in the order of the menu."""
    modules = (
        importlib.import_module(f"{__name__}.{found.name}") for found in pkgutil.iter_modules(__path__)
    )
    pages = sorted((module.PAGE for module in modules), key=lambda page: page.order)
    return {page.slug: page for page in pages}
