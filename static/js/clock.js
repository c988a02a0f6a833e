// Lets clocks tick: <span class="clock" data-due="ISO" data-warn="ISO" data-now="ISO">words of the server</span>.
// The words are the server's (see the head of static/css/base.css for the states). data-now is the server's instant
// when it wrote the page, so that a wrong clock in the reader's machine shows no wrong time; it may be left out.
(() => {
  const MINUTE = 60;
  const HOUR = 60 * MINUTE;
  const DAY = 24 * HOUR;

  const length = (seconds) => {
    if (seconds >= DAY) return `${Math.floor(seconds / DAY)} d ${Math.floor((seconds % DAY) / HOUR)} h`;
    if (seconds >= HOUR) return `${Math.floor(seconds / HOUR)} h ${Math.floor((seconds % HOUR) / MINUTE)} min`;
    if (seconds >= MINUTE) return `${Math.floor(seconds / MINUTE)} min ${seconds % MINUTE} s`;
    return `${seconds} s`;
  };

  const ago = (seconds) => {
    const minutes = seconds >= MINUTE && seconds < HOUR;
    return minutes ? `${Math.floor(seconds / MINUTE)} min` : length(seconds);
  };

  const read = (due, warn, now) => {
    const left = Math.floor((due - now) / 1000);
    if (left < 0) return ["breached", `breached ${ago(-left)} ago`];
    if (warn !== null && now >= warn) return ["at-risk", `at risk, ${length(left)} left`];
    return ["on-track", `${length(left)} left`];
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
})();
