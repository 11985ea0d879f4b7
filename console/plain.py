"""Pages that stand alone: plain HTML, before and beside the frame that Dash draws."""

import html

from starlette.responses import HTMLResponse

# Before the first paint, so that a dark screen never flashes white. Mantine keeps the choice under this name.
THEME_FIRST = """
(() => {
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const paint = () => {
    const kept = localStorage.getItem("mantine-color-scheme-value") || "auto";
    const isDark = kept === "dark" || (kept === "auto" && dark.matches);
    document.documentElement.setAttribute("data-mantine-color-scheme", isDark ? "dark" : "light");
  };
  dark.addEventListener("change", paint);
  paint();
})();
"""


def plain_page(title: str, body: str, status: int = 200) -> HTMLResponse:
    """A page of this title with this body, which is HTML: what comes from elsewhere is escaped by then."""
    return HTMLResponse(
        f"""<!doctype html>
<html lang="en">
<head>
  <meta charset="utf-8">
  <meta name="viewport" content="width=device-width, initial-scale=1">
  <title>{html.escape(title)} · Leadmill</title>
  <link rel="icon" href="/assets/favicon.svg">
  <script>{THEME_FIRST}</script>
  <link rel="stylesheet" href="/assets/colours.css">
  <link rel="stylesheet" href="/assets/plain.css">
</head>
<body>
<main>
  <p class="brand">Leadmill</p>
  <h1>{html.escape(title)}</h1>
  {body.strip()}
</main>
</body>
</html>
""",
        status_code=status,
    )


def sign_out_form(csrf: str | None) -> str:
    """The way out, as HTML."""
    token = html.escape(csrf or "")
    return f"""
  <form action="/sign-out" method="post">
    <button name="csrf" value="{token}">Sign out</button>
  </form>
"""
