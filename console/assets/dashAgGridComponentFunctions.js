/* How cells of the tables are drawn. A row that is still on its way has no data: a grey line stands there. */

const cells = (window.dashAgGridComponentFunctions = window.dashAgGridComponentFunctions || {});
const draw = (...parts) => window.React.createElement(...parts);
const waiting = () => draw("span", { className: "waiting" });
const picture = (name) => draw("span", { className: `icon icon-${name.replaceAll("_", "-")}`, "aria-hidden": true });

cells.Status = ({ data }) =>
  data
    ? draw("span", { className: `status status-${data.status.replaceAll("_", "-")}` }, picture(data.status), data.word)
    : waiting();

cells.Company = ({ data }) =>
  data
    ? draw(
        "div",
        { className: "two-lines" },
        draw("div", { className: "strong" }, data.company),
        draw("div", { className: "faint" }, data.facts),
      )
    : waiting();

cells.Contact = ({ data }) => {
  if (!data) return waiting();
  if (!data.contact) return draw("span", { className: "faint" }, "Nobody found yet");
  const address =
    data.email &&
    draw(
      "div",
      { className: "faint one-line" },
      draw("span", null, data.email),
      data.email_status && draw("span", { className: `address address-${data.email_kind}` }, data.email_status),
    );
  const person = draw(
    "div",
    null,
    draw("span", { className: "strong" }, data.contact),
    data.title && draw("span", { className: "faint" }, ` · ${data.title}`),
  );
  return draw("div", { className: "two-lines" }, person, address);
};

cells.Score = ({ data }) =>
  data
    ? draw(
        "div",
        { className: "score" },
        draw("span", { className: "figure strong" }, data.score),
        draw("span", { className: "score-bar", "aria-hidden": true }, draw("span", { style: { width: `${data.score}%` } })),
      )
    : waiting();

cells.Tier = ({ data }) =>
  data && data.tier
    ? draw("span", { className: `tier tier-${data.tier.toLowerCase()}` }, draw("span", { className: "unseen" }, "Tier "), data.tier)
    : draw("span", { className: "faint" }, "–");

cells.Question = ({ data }) =>
  data
    ? draw(
        "div",
        { className: "two-lines" },
        draw("div", { className: "strong" }, data.company),
        draw("div", { className: "faint" }, data.kind, " · ", data.about),
      )
    : waiting();

cells.Left = ({ data }) =>
  data
    ? draw(
        "span",
        { className: `left ${data.hurry ? `left-${data.hurry}` : ""}` },
        data.hurry && data.waits && picture("warning"),
        data.left,
      )
    : waiting();
