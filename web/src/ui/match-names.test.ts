import { describe, expect, it } from "vitest";
import { matchNames } from "./match-names.ts";

const commands = ["Yhteenveto", "Käyttötili Osuuspankki", "Säästötili", "Luvat"].map((name) => ({ name }));
const names = (typed: string): string[] => matchNames(commands, typed).map(({ name }) => name);

describe("matchNames", () => {
  it("finds by the beginning of any word, accents or not", () => {
    expect(names("kaytto")).toEqual(["Käyttötili Osuuspankki"]);
    expect(names("osuus")).toEqual(["Käyttötili Osuuspankki"]);
    expect(names("SÄÄ")).toEqual(["Säästötili"]);
  });

  it("wants every word", () => {
    expect(names("käyt osu")).toEqual(["Käyttötili Osuuspankki"]);
    expect(names("käyt luv")).toEqual([]);
  });

  it("finds by further words, after those whose name begins so", () => {
    const all = [{ name: "Light", words: "Theme light dark" }, { name: "Theme of the day" }];
    expect(matchNames(all, "theme").map(({ name }) => name)).toEqual(["Theme of the day", "Light"]);
  });

  it("keeps all in order while nothing is typed", () => {
    expect(names("  ")).toEqual(commands.map(({ name }) => name));
  });
});
