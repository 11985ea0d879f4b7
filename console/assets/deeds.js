/* Buttons and keys: what is pressed is sent with what stands in the fields, and keys press buttons that are there. */

(() => {
  const ANSWER_WITHIN_MS = 5000;
  const { tables } = window.dash_clientside.leadmill;
  const none = () => window.dash_clientside.no_update;
  const set = (id, properties) => window.dash_clientside.set_props(id, properties);
  const here = () => ({ pathname: location.pathname, search: location.search });

  // --- buttons ---------------------------------------------------------------------------------------------

  let pressedAt = 0;

  /** What stands in a field. Text is read from the page itself: what was typed just now has not come further yet. */
  const standing = (id, value) => {
    const element = document.getElementById(JSON.stringify(id));
    const isText = element && "defaultValue" in element && isTyping(element) && !element.ariaHasPopup;
    return isText ? element.value : (value ?? "");
  };

  /** One press at a time: the next one counts when this one is answered, or has been waited for long enough. */
  const press = (clicks, values, ids) => {
    const { triggered_id: button, triggered } = window.dash_clientside.callback_context;
    if (!button || !triggered[0].value || Date.now() - pressedAt < ANSWER_WITHIN_MS) return none();
    pressedAt = Date.now();
    const fields = {};
    ids.forEach((id, n) => (fields[id.field] = standing(id, values[n])));
    return { ...button, fields, at: pressedAt };
  };

  const done = (answer) => {
    pressedAt = 0;
    // what was moved by a button keeps the focus, wherever the button is by now
    requestAnimationFrame(() => document.querySelector("[data-focus]")?.focus());
    if (!answer || answer.then === "stay") return;
    if (answer.then === "next") leave(answer.on);
    else if (answer.then === "shut") open(null);
    else if (answer.then === "redraw") set("visit", { data: here() });
    else set("opened", { data: here() });
    tables.readAgain();
    set("tick", { n_intervals: Date.now() });
  };

  // --- rows ------------------------------------------------------------------------------------------------

  const open = (row) => set("picked", { data: { id: row ? row.data.id : null, at: Date.now() } });
  const rowAt = (grid, index) => {
    const row = index >= 0 ? grid.getDisplayedRowAtIndex(index) : null;
    return row && row.data ? row : null;
  };

  /** On to the next row; the buttons of this one are gone at once, so that no key presses them meanwhile. */
  const leave = (id) => {
    document.querySelector(".approval")?.classList.add("leaving");
    goOn(id);
  };

  /** The neighbour of a row that is done: the one below, else the one above. */
  const goOn = (id) => {
    const grid = tables.api();
    if (!grid) return;
    const row = grid.getRowNode(id);
    const around = row ? [row.rowIndex + 1, row.rowIndex - 1] : [0, 1];
    open(around.map((index) => rowAt(grid, index)).find((one) => one && one.data.id !== id));
  };

  const step = (by) => {
    const grid = tables.api();
    if (!grid) return;
    const row = grid.getRowNode(new URLSearchParams(location.search).get("open"));
    const there = rowAt(grid, row ? row.rowIndex + by : 0);
    if (!there) return;
    grid.ensureIndexVisible(there.rowIndex);
    open(there);
  };

  // --- keys ------------------------------------------------------------------------------------------------

  const seen = (element) => element.getClientRects().length > 0;
  const first = (selector, root = document) => [...root.querySelectorAll(selector)].find(seen);
  const NO_TEXT = ["button", "checkbox", "radio", "submit"];
  const isTyping = (element) =>
    Boolean(element.closest("textarea, select, [contenteditable=true]")) ||
    (element.tagName === "INPUT" && !NO_TEXT.includes(element.type));

  const show = (button, on) => {
    const name = button.dataset.toggle;
    const root = button.closest(".approval, .deeds");
    if (!root) return;
    const shown = root.classList.toggle(name, on);
    button.setAttribute("aria-expanded", String(shown));
    const field = shown && first(`.when-${name} input, .when-${name} textarea`, root);
    if (field) field.focus();
  };

  const putAway = () => {
    const shown = [...document.querySelectorAll("[data-toggle][aria-expanded=true]")].filter(seen);
    for (const button of shown) show(button, false);
    if (shown.length && document.activeElement) document.activeElement.blur();
    return shown.length > 0;
  };

  // the filters change the address without drawing the page anew: the file is of what the address says now
  document.addEventListener("click", (event) => {
    const link = event.target.closest("a.download");
    if (link) link.href = `${location.pathname}.csv${location.search}`;
  });

  document.addEventListener("click", (event) => {
    const toggle = event.target.closest("[data-toggle]");
    if (toggle) show(toggle);
  });

  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
    const { key, target } = event;
    if (key === "Escape" && putAway()) return;
    if (isTyping(target)) {
      const form = key === "Enter" && target.tagName === "INPUT" && target.closest("[data-enter]");
      const isChoosing = target.getAttribute("aria-expanded") === "true";
      if (form && !isChoosing) first(`[data-do="${form.dataset.enter}"]`, form)?.click();
      return;
    }
    if (first(".mantine-Modal-content, .mantine-Drawer-content")) return;
    if ((key === "j" || key === "k") && document.querySelector(".triage")) {
      event.preventDefault();
      step(key === "j" ? 1 : -1);
      return;
    }
    const button = !event.repeat && key.length === 1 && first(`[data-key="${CSS.escape(key)}"]`);
    if (!button) return;
    event.preventDefault();
    button.click();
  });

  Object.assign(window.dash_clientside.leadmill, { press, done });
})();
