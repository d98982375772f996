/**
 * A button that copies some code, and says so.
 * @param {HTMLElement} code
 */
export function addCopyButton(code) {
  const button = document.createElement("button");
  Object.assign(button, { className: "copy", type: "button", textContent: "Copy", ariaLive: "polite" });
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(code.textContent ?? "");
    button.textContent = "Copied";
  });
  button.addEventListener("blur", () => {
    button.textContent = "Copy";
  });
  code.before(button);
}
