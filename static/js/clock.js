// Lets clocks tick: <span class="clock" data-due="ISO" data-warn="ISO" data-now="ISO">words of the server</span>.
// The words are the server's (see the head of static/css/base.css for the states). data-now is the server's instant
// when it wrote the page, so that a wrong clock in the reader's machine shows no wrong time; it may be left out.
(() => {
  const UNITS = [[86400, "d"], [3600, "h"], [60, "min"], [1, "s"]];

  // Two units at most, none that is zero; the twin of exact_words in incidents/domain/clock.py.
  const exact = (seconds) => {
    const first = UNITS.findIndex(([size]) => seconds >= size);
    if (first < 0) return "0 s";
    const parts = UNITS.slice(first, first + 2).map(([size, unit], place) => [
      Math.floor((place ? seconds % UNITS[first][0] : seconds) / size),
      unit,
    ]);
    return parts.filter(([count]) => count).map((part) => part.join(" ")).join(" ");
  };

  const round = (seconds) => exact(seconds < 60 ? seconds : seconds - (seconds % 60));

  const read = (due, warn, now) => {
    if (now >= due) return ["breached", `breached ${round(Math.floor((now - due) / 1000))} ago`];
    const left = `${exact(Math.floor((due - now) / 1000))} left`;
    return warn !== null && now >= warn ? ["at-risk", `at risk, ${left}`] : ["on-track", left];
  };

  const clocks = [...document.querySelectorAll(".clock[data-due]")].map((element) => ({
    element,
    due: Date.parse(element.dataset.due),
    warn: element.dataset.warn ? Date.parse(element.dataset.warn) : null,
    ahead: element.dataset.now ? Date.parse(element.dataset.now) - Date.now() : 0,
  }));

  const tick = () => {
    for (const { element, due, warn, ahead } of clocks) {
      const [state, words] = read(due, warn, Date.now() + ahead);
      element.dataset.state = state;
      if (element.textContent !== words) element.textContent = words;
    }
  };

  if (clocks.length) {
    tick();
    setInterval(tick, 1000);
  }

  // <... data-refresh="60">: the page asks again every so many seconds, unless it is hidden or somebody is at it.
  const { refresh } = document.querySelector("[data-refresh]")?.dataset ?? {};
  if (refresh) {
    setInterval(() => {
      const isBusy = document.querySelector("main :focus, header details[open]");
      if (!document.hidden && !isBusy) location.reload();
    }, refresh * 1000);
  }
})();
