"use strict";

// A table that is seen whole needs no stop of the keyboard.
const regions = document.querySelectorAll(".scroll");
const settle = () => {
  for (const region of regions) {
    if (region.scrollWidth > region.clientWidth) region.tabIndex = 0;
    else region.removeAttribute("tabindex");
  }
};
addEventListener("resize", settle);
addEventListener("toggle", settle, true);
settle();

// Values of lines, at the pointer or where arrow keys lead. Without this they stand in the table below a drawing.
const HINT = "Point at the drawing, or go along it with arrow keys, to read values.";
const axis = (said) => {
  const log = said.endsWith("log");
  const [low, high, start, stop] = said.split(" ").map(Number);
  const value = (share) => (log ? low * (high / low) ** share : low + share * (high - low));
  return { start, stop, read: (place) => Number(value((place - start) / (stop - start)).toPrecision(3)) };
};
const heightAt = (path, x) => {
  let from = 0;
  let to = path.getTotalLength();
  const [a, b] = [path.getPointAtLength(from).x, path.getPointAtLength(to).x];
  if (x < Math.min(a, b) - 0.5 || x > Math.max(a, b) + 0.5) return null;
  for (let step = 0; step < 24; step++) {
    const middle = (from + to) / 2;
    if (path.getPointAtLength(middle).x < x === a < b) from = middle;
    else to = middle;
  }
  return path.getPointAtLength(to).y;
};
for (const svg of document.querySelectorAll("svg[data-x][data-y]")) {
  const lines = [...svg.querySelectorAll("[data-line]")];
  if (!lines.length) continue;
  const [across, up, box] = [axis(svg.dataset.x), axis(svg.dataset.y), svg.parentElement];
  const said = box.appendChild(document.createElement("p"));
  const rule = svg.appendChild(document.createElementNS(svg.namespaceURI, "path"));
  let at = across.start;
  const read = (x) => {
    at = Math.min(Math.max(x, across.start), across.stop);
    const found = lines.map((line) => [line.dataset.line, heightAt(line, at)]).filter(([, y]) => y !== null);
    rule.setAttribute("d", `M${at} ${up.start}V${up.stop}`);
    said.textContent = `At ${across.read(at)}: ${found.map(([name, y]) => `${name} ${up.read(y)}`).join(", ")}`;
  };
  const rest = () => {
    rule.removeAttribute("d");
    said.textContent = HINT;
  };
  const point = (event) => read(new DOMPoint(event.clientX, 0).matrixTransform(svg.getScreenCTM().inverse()).x);
  const keys = { ArrowLeft: -1, ArrowRight: 1, Home: -1e3, End: 1e3 };
  box.tabIndex = 0;
  box.role = "group";
  box.ariaLabel = `${svg.querySelector("title").textContent}: values`;
  said.className = "reading";
  said.role = "status";
  rule.setAttribute("class", "rule");
  svg.onpointermove = svg.onpointerdown = point;
  svg.onpointerleave = box.onblur = rest;
  box.onkeydown = (event) => {
    if (!(event.key in keys)) return;
    event.preventDefault();
    read(at + ((keys[event.key] * (across.stop - across.start)) / 100) * (event.shiftKey ? 10 : 1));
  };
  rest();
}
