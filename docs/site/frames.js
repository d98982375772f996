// Sliders over figures that were drawn when the site was built: `frames` for all combinations of the
// `stops` of each slider, the last slider's varying first.

function render({ model, el }) {
  const { stops, start, frames } = model.traits;
  const places = Object.entries(stops).map(([name, values]) => values.indexOf(start[name]));
  const figure = document.createElement("div"); // which scrolls on a phone
  const image = figure.appendChild(document.createElement("img"));
  image.addEventListener("load", () => {
    const drawn = image.naturalWidth / 2; // it has twice the pixels
    image.style.width = `max(${drawn}px, min(100%, ${2 * drawn}px))`;
    figure.tabIndex = figure.scrollWidth > figure.clientWidth ? 0 : -1;
  });

  function show() {
    const place = Object.values(stops).reduce((sum, values, i) => sum * values.length + places[i], 0);
    Object.assign(image, frames[place]);
  }

  Object.entries(stops).forEach(([name, values], i) => {
    const label = el.appendChild(document.createElement("label"));
    label.innerHTML = `<span>${name}</span><input type="range" max="${values.length - 1}"><output></output>`;
    const [, slider, output] = label.children;
    slider.value = places[i];
    function move() {
      places[i] = Number(slider.value);
      slider.ariaValueText = output.value = values[places[i]];
      show();
    }
    slider.addEventListener("input", move);
    move();
  });
  el.append(figure);
}

export default { render };
