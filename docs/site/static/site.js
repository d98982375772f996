// A part that scrolls sideways can be reached with the keyboard, too.
for (const part of document.querySelectorAll("pre, .table-wrapper, .output.text_html"))
  if (part.scrollWidth > part.clientWidth) part.tabIndex = 0;
document.querySelector(".sidebar-drawer")?.setAttribute("aria-label", "All pages");

for (const el of document.querySelectorAll("[data-widget]"))
  WIDGETS[el.dataset.widget].render({ model: new Traits(JSON.parse(el.dataset.traits)), el });
