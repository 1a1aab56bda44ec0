// Runs before the first paint: sets theme, privacy and language from what was saved, so nothing flashes.
(() => {
  const root = document.documentElement;
  try {
    const saved = JSON.parse(localStorage.getItem("opl.preferences") ?? "{}");
    if (saved.theme === "light" || saved.theme === "dark") root.dataset.theme = saved.theme;
    if (saved.privacy === true) root.dataset.privacy = "on";
    if (saved.language === "fi" || saved.language === "sv" || saved.language === "en") root.lang = saved.language;
  } catch {
    // Storage may be refused; the defaults are fine.
  }
})();
