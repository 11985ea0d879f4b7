/* The end of a session while a page is open: it is said, and the way back leads to where one was. */

(() => {
  const fetched = window.fetch;

  const ended = () => {
    if (document.querySelector("dialog.ended")) return;
    const dialog = document.createElement("dialog");
    dialog.className = "ended";
    dialog.setAttribute("aria-labelledby", "ended-title");
    const title = document.createElement("h2");
    title.id = "ended-title";
    title.textContent = "You are signed out";
    const text = document.createElement("p");
    text.textContent = "Your session has ended, and what this page shows may be old. Nothing you press here is done.";
    const way = document.createElement("a");
    way.className = "button button-main";
    way.textContent = "Sign in again";
    way.href = `/sign-in?next=${encodeURIComponent(location.pathname + location.search)}`;
    dialog.append(title, text, way);
    dialog.addEventListener("cancel", (event) => event.preventDefault());
    document.body.append(dialog);
    dialog.showModal();
    window.dash_clientside.set_props("tick", { disabled: true });
  };

  /** Dash has no word for a session that has ended: it is told that nothing came, and the person what happened. */
  window.fetch = async (...asked) => {
    const answer = await fetched(...asked);
    if (answer.status !== 401) return answer;
    ended();
    return new Response(null, { status: 204 });
  };
})();
