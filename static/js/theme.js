// Light or dark as somebody chose, before the page is painted. The admin keeps its choice under the same key, so one
// choice holds in both rooms; without a choice, or without this script, the system's wish holds.
(() => {
  const page = document.documentElement;

  const remembered = () => {
    try {
      return localStorage.getItem("theme");
    } catch {
      return null;
    }
  };

  const show = (theme) => {
    if (theme === "light" || theme === "dark") page.dataset.bsTheme = theme;
    else delete page.dataset.bsTheme;
    for (const button of document.querySelectorAll("[data-theme-choice]")) {
      button.setAttribute("aria-pressed", String(button.dataset.themeChoice === (page.dataset.bsTheme ?? "auto")));
    }
  };

  show(remembered());

  document.addEventListener("DOMContentLoaded", () => {
    for (const chooser of document.querySelectorAll(".theme")) chooser.hidden = false;
    for (const button of document.querySelectorAll("[data-theme-choice]")) {
      button.addEventListener("click", () => {
        try {
          localStorage.setItem("theme", button.dataset.themeChoice);
        } catch {
          // a browser that remembers nothing still changes this page
        }
        show(button.dataset.themeChoice);
      });
    }
    show(remembered());
  });
})();
