// What Sphinx, MyST-NB and Furo leave to do. The pages can be read without it, too.

// A part that scrolls sideways can be reached with the keyboard, too.
for (const part of document.querySelectorAll("pre, .table-wrapper, .output.text_html"))
  if (part.scrollWidth > part.clientWidth) part.tabIndex = 0;
// A fold's title is its name; MyST-NB calls all of them the same.
for (const title of document.querySelectorAll("details.hide > summary")) title.removeAttribute("aria-label");
document.querySelector(".sidebar-drawer")?.setAttribute("aria-label", "All pages");
