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
