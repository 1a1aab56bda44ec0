import { describe, expect, it } from "vitest";
import { matchCommands } from "./match-commands.ts";

const commands = ["Yhteenveto", "Käyttötili Osuuspankki", "Säästötili", "Luvat"].map((name) => ({ name, words: name }));
const names = (typed: string): string[] => matchCommands(commands, typed).map(({ name }) => name);

describe("matchCommands", () => {
  it("finds by the beginning of any word, accents or not", () => {
    expect(names("kaytto")).toEqual(["Käyttötili Osuuspankki"]);
    expect(names("osuus")).toEqual(["Käyttötili Osuuspankki"]);
    expect(names("SÄÄ")).toEqual(["Säästötili"]);
  });

  it("wants every word", () => {
    expect(names("käyt osu")).toEqual(["Käyttötili Osuuspankki"]);
    expect(names("käyt luv")).toEqual([]);
  });

  it("keeps all in order while nothing is typed", () => {
    expect(names("  ")).toEqual(commands.map(({ name }) => name));
  });
});
