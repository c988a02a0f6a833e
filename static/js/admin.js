// Fields in the rows of a table have a column's heading but no label of their own, and boxes that scroll sideways
// can't be reached by keyboard: mend both.
(() => {
  const mend = () => {
    for (const field of document.querySelectorAll(".tabular td :is(input:not([type=hidden]), select, textarea)")) {
      if (field.labels?.length || field.hasAttribute("aria-label")) continue;
      const cell = field.closest("td");
      const heading = cell.closest("table").tHead?.rows[0].cells[cell.cellIndex];
      if (heading) field.setAttribute("aria-label", heading.textContent.trim());
    }
    for (const box of document.querySelectorAll(".results, .inline-group, .table-box")) {
      if (box.scrollWidth > box.clientWidth) box.tabIndex = 0;
    }
  };
  window.addEventListener("load", mend);
  document.addEventListener("formset:added", () => setTimeout(mend));
})();

// Search boxes of the admin (select2) have no name for screen readers while nothing is chosen: give them their label's.
(() => {
  const name = () => {
    for (const box of document.querySelectorAll(".select2-selection, .select2-selection__rendered")) {
      const select = box.closest(".select2")?.previousElementSibling;
      const words = select?.labels?.[0]?.textContent ?? select?.name;
      if (!words) continue;
      box.setAttribute("aria-label", words.trim().replace(/:$/, ""));
      box.removeAttribute("aria-labelledby");
      box.querySelector(".select2-search__field")?.setAttribute("aria-label", words.trim().replace(/:$/, ""));
    }
  };

  // after select2 has made its boxes, which jQuery does once it is ready, maybe later than the page
  window.addEventListener("load", () => (window.django?.jQuery ?? ((now) => now()))(name));
  document.addEventListener("formset:added", () => setTimeout(name));
})();
