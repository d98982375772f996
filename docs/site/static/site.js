// What the site's pages do by themselves. They can be read without it, too.

const all = (selector) => document.querySelectorAll(selector);

/** A button that copies some code, and says so. */
function addCopyButton(code) {
  const button = document.createElement("button");
  Object.assign(button, { className: "copy", type: "button", textContent: "Copy", ariaLive: "polite" });
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(code.textContent);
    button.textContent = "Copied";
  });
  button.addEventListener("blur", () => {
    button.textContent = "Copy";
  });
  code.before(button);
}

/** What a lesson has below *Deeper* is folded, as in JupyterLab, until it is opened or a link leads into it. */
function fold(section) {
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

all("section#deeper").forEach(fold);
all(".cell_input pre, :is(.highlight-sh, .highlight-python, .highlight-yaml) pre").forEach(addCopyButton);

// A part that scrolls sideways can be reached with the keyboard, too.
for (const part of all("pre, .table-wrapper, .output.text_html"))
  if (part.scrollWidth > part.clientWidth) part.tabIndex = 0;
// A fold's title is its name; MyST-NB calls all of them the same.
for (const title of all("details.hide > summary")) title.removeAttribute("aria-label");
document.querySelector(".sidebar-drawer")?.setAttribute("aria-label", "All pages");
