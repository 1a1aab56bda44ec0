// Runs before the first paint: theme, privacy and language as they were saved, so nothing flashes; then asks what the page at this
// address will want to know, so that the answers come while its code is read.
(() => {
  const root = document.documentElement;
  let saved = {};
  try {
    saved = JSON.parse(localStorage.getItem("opl.preferences") ?? "{}") ?? {};
  } catch {
    // Storage may be refused; the defaults are fine.
  }
  if (saved.theme === "light" || saved.theme === "dark") root.dataset.theme = saved.theme;
  if (saved.privacy === true) root.dataset.privacy = "on";
  const preferred = [saved.language, ...navigator.languages.map((tag) => tag.toLowerCase().split("-")[0])];
  const language = preferred.find((one) => one === "en" || one === "fi" || one === "sv") ?? "en";
  // The document was written in a language the person did not choose: better nothing than the wrong words.
  if (language !== root.lang) root.dataset.shell = "off";
  root.lang = language;

  // With words in the address a page asks something of its own.
  const { asks = "" } = document.currentScript.dataset;
  if (asks === "" || location.search !== "") return;
  const ask = (url) => {
    const answer = fetch(url, { headers: { accept: "application/json" }, credentials: "same-origin", redirect: "error" });
    // Whoever takes the answer hears of a failure.
    answer.catch(() => undefined);
    return [url, answer];
  };
  window.oplFirstAnswers = new Map(asks.split(" ").map(ask));
})();
