// Shows of the form only what belongs to the part of the day that is asked for; without it all fields stand there.
"use strict";

const form = document.querySelector("form[data-time-off]");
const shape = form && form.elements.namedItem("shape");

function show(name, wanted) {
  const field = form.elements.namedItem(name);
  const group = document.getElementById(`div_id_${name}`);
  if (group) group.hidden = !wanted;
  if (!wanted && field) field.value = "";
}

function follow() {
  const hours = shape.value === "hours";
  show("last_day", shape.value === "days");
  show("from_time", hours);
  show("until_time", hours);
}

if (shape) {
  shape.addEventListener("change", follow);
  follow();
}
