// Search boxes of the admin (select2) have no name for screen readers while nothing is chosen: give them their label's.
(() => {
  const name = () => {
    for (const box of document.querySelectorAll(".select2-selection, .select2-selection__rendered")) {
      const select = box.closest(".select2")?.previousElementSibling;
      const words = select?.labels?.[0]?.textContent ?? select?.name;
      if (!words) continue;
      box.setAttribute("aria-label", words.trim().replace(/:$/, ""));
      box.removeAttribute("aria-labelledby");
    }
  };

  // after select2 has made its boxes, which jQuery does once it is ready, maybe later than the page
  window.addEventListener("load", () => (window.django?.jQuery ?? ((now) => now()))(name));
  document.addEventListener("formset:added", () => setTimeout(name));
})();
