// What a lesson has below *Deeper* is folded, as in JupyterLab, until it is opened or a link leads into it.

/** @param {HTMLElement} section with a heading, before which may be an anchor */
export function fold(section) {
  const heading = [...section.children].find((child) => /^H\d$/.test(child.tagName));
  if (!heading) return;
  const rest = [...section.children].filter((child) => child !== heading);
  const details = document.createElement("details");
  const summary = document.createElement("summary");
  summary.append(heading);
  details.append(summary, ...rest);
  section.append(details);
  const openForLink = () => {
    const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (!target || !section.contains(target)) return;
    details.open = true;
    target.scrollIntoView();
  };
  openForLink();
  addEventListener("hashchange", openForLink);
  addEventListener("beforeprint", () => {
    details.open = true;
  });
}
