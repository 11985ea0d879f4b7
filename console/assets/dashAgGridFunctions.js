/* Functions that the tables' settings call by name. */

const functions = (window.dashAgGridFunctions = window.dashAgGridFunctions || {});

/** A moment in the reader's own time: only the time for today, the day as well for others. */
functions.localTime = (stamp) => {
  if (!stamp) return "";
  const moment = new Date(stamp);
  const time = moment.toLocaleTimeString("en-GB");
  if (moment.toDateString() === new Date().toDateString()) return time;
  return `${moment.toLocaleDateString("en-GB", { day: "numeric", month: "short" })} ${time}`;
};

/** A row that was clicked, or on which Enter was pressed, is opened. */
functions.pickRow = (params) => {
  if (!params.data || (params.event.type === "keydown" && params.event.key !== "Enter")) return;
  if (String(window.getSelection())) return; // somebody is copying text
  window.dash_clientside.set_props("picked", { data: { id: params.data.id, at: Date.now() } });
};
