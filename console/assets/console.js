/* The browser's side of the console: addresses, the drawer, freshness, switches and the theme. */

(() => {
  const STALE_AFTER_MS = 8000;
  const WISH_LASTS_MS = 6000;
  const none = () => window.dash_clientside.no_update;
  const set = (id, properties) => window.dash_clientside.set_props(id, properties);

  // --- addresses -------------------------------------------------------------------------------------------

  const without = (search, name) => {
    const query = new URLSearchParams(search);
    query.delete(name);
    return query.toString();
  };

  const written = (query) => {
    const text = query.toString().replaceAll("%2C", ",");
    return text ? `?${text}` : "";
  };

  /** The address with one change, for the address bar and for all who follow it; nothing where it is the same. */
  const amended = (here, change) => {
    if (!here) return [none(), none()];
    const query = new URLSearchParams(here.search);
    change(query);
    const search = written(query);
    if (search === here.search) return [none(), none()];
    return [search, { pathname: here.pathname, search }];
  };

  const arrive = (pathname, search, here) => {
    const there = { pathname, search: search || "" };
    if (here && here.pathname === pathname && here.search === there.search) return [none(), none()];
    const samePage = here && here.pathname === pathname && without(here.search, "open") === without(search, "open");
    return [samePage ? none() : there, there];
  };

  const narrow = (values, here) =>
    amended(here, (query) => {
      for (const { id, value } of window.dash_clientside.callback_context.inputs_list[0]) {
        const text = Array.isArray(value) ? value.join(",") : (value || "").trim();
        if (text) query.set(id.filter, text);
        else query.delete(id.filter);
      }
    });

  const clear = (clicks, values) => {
    if (!clicks.some(Boolean)) return values.map(none);
    return values.map((value) => (Array.isArray(value) ? [] : ""));
  };

  // --- tables ----------------------------------------------------------------------------------------------

  let listed = null;

  const api = () => {
    try {
      return document.getElementById("grid") ? window.dash_ag_grid.getApi("grid") : null;
    } catch {
      return null; // drawn, but not ready yet
    }
  };

  const readAgain = ({ fromTop = false } = {}) => {
    const grid = api();
    if (!grid) return;
    set("trail", { data: null });
    hidePill();
    const rows = grid.getDisplayedRowCount();
    if (fromTop && rows) grid.ensureIndexVisible(0, "top");
    if (fromTop || !rows) grid.purgeInfiniteCache();
    else grid.refreshInfiniteCache();
  };

  const hidePill = () => {
    const pill = document.getElementById("pill");
    if (pill) pill.hidden = true;
  };

  /** Rows may move by themselves only where nobody is looking closely: at the top, pointer elsewhere. */
  const nobodyReads = () => {
    const frame = document.querySelector(".grid-frame");
    const body = frame && frame.querySelector(".ag-body-viewport, .ag-grid-viewport");
    return (
      frame &&
      !(body && body.scrollTop > 0) &&
      !frame.matches(":hover") &&
      !frame.contains(document.activeElement) &&
      !new URLSearchParams(location.search).has("open")
    );
  };

  const news = (count) => {
    const pill = document.getElementById("pill");
    if (!pill) return;
    if (!count) {
      pill.hidden = true;
    } else if (nobodyReads()) {
      readAgain();
    } else {
      const shown = count > 10000 ? "10,000+" : count.toLocaleString("en");
      document.getElementById("pill-text").textContent = `${shown} ${pill.dataset.what}`;
      pill.hidden = false;
    }
  };

  const sheet = new CSSStyleSheet();
  document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];

  /** The row that is open looks so, also when it scrolls into view later. */
  const markOpen = (id) => {
    const row = id ? `.grid .ag-row[row-id="${CSS.escape(id)}"]` : "";
    sheet.replaceSync(row ? `${row} { background: var(--lm-open); box-shadow: inset 3px 0 var(--lm-brand); }` : "");
  };

  const moved = (here) => {
    const place = `${here.pathname}?${without(here.search, "open")}`;
    const samePage = listed && listed.split("?")[0] === here.pathname;
    if (samePage && place !== listed) {
      readAgain({ fromTop: true });
      if (!api()) set("tick", { n_intervals: Date.now() }); // no table: what is kept fresh follows the filters
    }
    listed = place;
    markOpen(new URLSearchParams(here.search).get("open"));
    return here;
  };

  /** A row is opened, or with no id whatever is open is shut. */
  const pick = (picked, here) => {
    if (!picked) return [none(), none()];
    return amended(here, (query) => (picked.id ? query.set("open", picked.id) : query.delete("open")));
  };

  const shut = (opened, here) => (opened ? [none(), none()] : amended(here, (query) => query.delete("open")));

  // --- freshness -------------------------------------------------------------------------------------------

  let heardAt = Date.now();
  let askedAt = 0;
  let asked = 0;
  let answered = 0;
  let took = 0;

  /** News is asked for one question at a time, and three times longer is waited than the last answer took. */
  const ask = (n, trail) => {
    const waiting = asked !== answered && Date.now() - askedAt < STALE_AFTER_MS;
    if (document.hidden || waiting || Date.now() - heardAt < 3 * took) return none();
    asked = n;
    askedAt = Date.now();
    const grid = api();
    const changing = grid ? grid.getRenderedNodes().filter((node) => node.data && node.data.settled === false) : [];
    return { n, since: trail && trail.since, ids: changing.map((node) => node.data.id) };
  };

  const hear = (heard) => {
    answered = heard.n;
    heardAt = Date.now();
    took = Math.min(heardAt - askedAt, STALE_AFTER_MS / 8);
    fresh();
    const grid = api();
    for (const row of heard.rows) {
      const node = grid && grid.getRowNode(row.id);
      if (node) node.setData({ ...row, rank: node.data.rank });
    }
    news(heard.news);
  };

  const fresh = () => {
    const stale = document.getElementById("stale");
    const sign = document.getElementById("live-sign");
    if (!stale || !sign) return;
    const late = !document.hidden && Date.now() - heardAt > STALE_AFTER_MS;
    if (late === !stale.hidden) return;
    const since = new Date(heardAt).toLocaleTimeString();
    stale.textContent = late ? `No fresh data since ${since}: the console does not answer. It goes on by itself.` : "";
    stale.hidden = !late;
    sign.classList.toggle("live-off", late);
    document.getElementById("live-word").textContent = late ? "Not live" : "Live";
  };

  setInterval(fresh, 1000);

  document.addEventListener("visibilitychange", () => {
    heardAt = Date.now();
    if (document.getElementById("live-sign")) set("tick", { disabled: document.hidden });
  });

  // --- switches --------------------------------------------------------------------------------------------

  let wish = null;
  let grantedAt = 0;

  const turned = (agent, enabled) => set({ switch: agent }, { "aria-checked": enabled ? "true" : "false" });

  const flip = (clicks) => {
    const { triggered_id: clicked, triggered } = window.dash_clientside.callback_context;
    if (!clicked || !triggered[0].value || (wish && Date.now() - wish.at < WISH_LASTS_MS)) return none();
    const button = document.querySelector(`.switch[data-agent="${CSS.escape(clicked.switch)}"]`);
    wish = { agent: clicked.switch, enabled: button.getAttribute("aria-checked") !== "true", at: Date.now() };
    turned(wish.agent, wish.enabled);
    const made = wish;
    setTimeout(() => {
      if (wish === made) granted({ done: false });
    }, WISH_LASTS_MS);
    return { agent: wish.agent, enabled: wish.enabled };
  };

  const granted = (answer) => {
    if (!answer || !wish) return;
    if (!answer.done) turned(wish.agent, !wish.enabled);
    wish = null;
    grantedAt = Date.now();
    set("tick", { n_intervals: grantedAt });
  };

  /** What the database says; an answer that was asked for before the last wish was granted may be older than it. */
  const switches = (states) => {
    if (wish || askedAt < grantedAt) return;
    for (const [agent, enabled] of Object.entries(states || {})) turned(agent, enabled);
  };

  // --- the frame -------------------------------------------------------------------------------------------

  const change_tenant = (name, here) => {
    const [, , tenant, page] = ((here && here.pathname) || "").split("/");
    return name && page && name !== tenant ? `/t/${encodeURIComponent(name)}/${page}` : none();
  };

  const SCHEME = "mantine-color-scheme-value";

  const theme = (value) => {
    if (!value || localStorage.getItem(SCHEME) === value) return;
    localStorage.setItem(SCHEME, value);
    // Mantine listens for changes that another tab makes, and takes this one for such a change
    window.dispatchEvent(new StorageEvent("storage", { key: SCHEME, newValue: value, storageArea: localStorage }));
  };

  const title = (text) => {
    if (text) document.title = `${text} · Leadmill`;
    // Mantine's drawer and modal have headers that screen readers would take for more of the whole page
    for (const header of document.querySelectorAll(".mantine-Drawer-header, .mantine-Modal-header")) {
      header.setAttribute("role", "none");
    }
  };

  document.addEventListener("click", (event) => {
    if (event.target.closest("#pill")) readAgain({ fromTop: true });
  });

  window.dash_clientside = Object.assign({}, window.dash_clientside, {
    leadmill: {
      arrive,
      narrow,
      clear,
      pick,
      shut,
      moved,
      ask,
      hear,
      title,
      change_tenant,
      kept_theme: () => localStorage.getItem(SCHEME) || "auto",
      theme,
      fold: (opened, navbar) => ({ ...navbar, collapsed: { mobile: !opened } }),
      unfold: () => false,
      flip,
      granted,
      switches,
      tables: { api, readAgain },
    },
  });
})();
