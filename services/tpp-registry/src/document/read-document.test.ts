import { readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { parse, stringify } from "yaml";
import { aDocument, anAspsp } from "../testing/document.ts";
import { documentHash } from "./document-hash.ts";
import { problemSentence, readDocument } from "./read-document.ts";

const good = `version: 1
tpp:
  name: Example Ledger TPP
  country: FI
  organisationName: Example Ledger Oy
  roles: [AIS, PIS]
  contacts:
    - { name: Support, email: support@ledger.example, phone: "+358401234567", type: Support }
  software: { name: One Point Ledger, uri: https://ledger.example }
  publicOrigin: https://ledger.example
banks:
  - aspsp: op
  - aspsp: city-bank
    roles: [AIS]
    redirectUris: [https://ledger.example/back]
`;
const publicOrigin = "https://ledger.example";
const platform = { directory: [anAspsp("op"), anAspsp("city-bank", { environment: "production" })], publicOrigin };
const told = (text: string): string[] => readDocument(text, platform).problems.map((problem) => problemSentence("tpp.yaml", problem));

describe("a desired state as a file", () => {
  it("is read from YAML and from JSON to the same", () => {
    const { document, problems } = readDocument(good, platform);
    expect(problems).toEqual([]);
    expect(document?.banks).toEqual([
      { aspsp: "op", state: "registered", onDrift: "repair" },
      { aspsp: "city-bank", state: "registered", onDrift: "repair", roles: ["AIS"], redirectUris: ["https://ledger.example/back"] },
    ]);
    expect(readDocument(JSON.stringify(parse(good)), platform).document).toEqual(document);
  });

  it.each([
    [
      "an unknown key, with the nearest",
      "aspsp: op",
      "aspsp: op\n    redirectUri: https://x.example",
      "tpp.yaml:13:5 banks[0].redirectUri: there is no such key; perhaps redirectUris is meant.",
    ],
    [
      "an unknown key like none",
      "  country: FI",
      "  country: FI\n  zzzzzzzzzz: 1",
      /^tpp\.yaml:5:3 tpp\.zzzzzzzzzz: there is no such key here; remove it, known are name, country, /,
    ],
    ["an unknown key at the top", "version: 1", "version: 1\nbank: []", "tpp.yaml:2:1 bank: there is no such key; perhaps banks is meant."],
    ["text where a list belongs", "roles: [AIS, PIS]", "roles: AIS", "tpp.yaml:6:10 tpp.roles: is text, but has to be a list."],
    ["a number where text belongs", "name: Example Ledger TPP", "name: 5", "tpp.yaml:3:9 tpp.name: is a number, but has to be text; write it in quotes."],
    ["a missing key", "  country: FI\n", "", "tpp.yaml:3:3 tpp.country: is missing; it is text."],
    ["a role nobody knows", "[AIS, PIS]", "[AIS, PISP]", 'tpp.yaml:6:16 tpp.roles[1]: is "PISP", but has to be one of AIS, PIS, CBPII; perhaps PIS is meant.'],
    [
      "a role that is not ours",
      "roles: [AIS]",
      "roles: [CBPII]",
      "tpp.yaml:14:13 banks[1].roles[0]: CBPII is not one of our roles (AIS, PIS); add it to tpp.roles or remove it here.",
    ],
    ["a bank twice", "aspsp: city-bank", "aspsp: op", "tpp.yaml:13:12 banks[1].aspsp: op stands in the list twice, first as banks[0]; keep one of them."],
    [
      "an unknown bank, with the nearest",
      "aspsp: city-bank",
      "aspsp: city-bnak",
      "tpp.yaml:13:12 banks[1].aspsp: the directory knows no bank city-bnak; perhaps city-bank is meant.",
    ],
    ["an unknown bank like none", "aspsp: city-bank", "aspsp: xyzzyxyzzy", /knows no bank xyzzyxyzzy; search it with GET \/aspsps/],
    [
      "http at a production bank",
      "https://ledger.example/back",
      "http://ledger.example/back",
      "tpp.yaml:15:20 banks[1].redirectUris[0]: http://ledger.example/back is not https, which a production bank (city-bank) asks for; begin it with https://.",
    ],
    [
      "no address",
      "https://ledger.example/back",
      "ledger/back",
      'tpp.yaml:15:20 banks[1].redirectUris[0]: is "ledger/back", but has to be a web address (https://…).',
    ],
    [
      "no origin",
      "publicOrigin: https://ledger.example",
      "publicOrigin: https://ledger.example/",
      /^tpp\.yaml:10:17 tpp\.publicOrigin: is "https:\/\/ledger\.example\/", but has to be an origin/,
    ],
    [
      "an origin of another protocol",
      "publicOrigin: https://ledger.example",
      "publicOrigin: ftp://127.0.0.1:9",
      'tpp.yaml:10:17 tpp.publicOrigin: is "ftp://127.0.0.1:9", but has to be a web address (https://…).',
    ],
    [
      "an address of another protocol",
      "https://ledger.example/back",
      "ftp://ledger.example/back",
      'tpp.yaml:15:20 banks[1].redirectUris[0]: is "ftp://ledger.example/back", but has to be a web address (https://…).',
    ],
    ["a name no bank can have", "aspsp: op", "aspsp: OP", /^tpp\.yaml:12:12 banks\[0\]\.aspsp: is "OP", but has to be/],
    ["another version", "version: 1", "version: 2", "tpp.yaml:1:10 version: is 2, but has to be 1."],
    ["a key twice", "  country: FI", "  country: FI\n  country: SE", "tpp.yaml:5:3 this key is written twice; keep one of them."],
    ["a tab", "  country: FI", "\tcountry: FI", /^tpp\.yaml:4:\d+ /],
    ["half a list", "[AIS, PIS]", "[AIS, PIS", /^tpp\.yaml:\d+:\d+ this is not sound YAML/],
    ["an alias", "roles: [AIS]", "roles: *r", /not sound YAML|anchors and aliases/],
    ["an anchor", "roles: [AIS, PIS]", "roles: &r [AIS, PIS]", /anchors and aliases are not taken/],
    ["a tag", "country: FI", "country: !!binary FI", /tags \(!\) are not taken|not sound YAML/],
    ["a second document", "banks:", "---\nbanks:", /a second document begins here|not sound YAML/],
    ["too many days", "aspsp: op", "aspsp: op\n    renewBeforeDays: 4000", "tpp.yaml:13:22 banks[0].renewBeforeDays: is 4000, but has to be at most 3650."],
  ])("%s is one sentence with line and column", (_title, from, to, sentence) => {
    expect(good).toContain(from);
    const sentences = told(good.replace(from, to));
    expect(
      sentences.filter((one) => (typeof sentence === "string" ? one === sentence : sentence.test(one))),
      sentences.join("\n"),
    ).toHaveLength(1);
    expect(sentences).toHaveLength(1);
    expect(readDocument(good.replace(from, to), platform).document).toBeNull();
  });

  it("an address outside of the public origin is taken, and noted", () => {
    const text = good.replace("https://ledger.example/back", "https://elsewhere.example/back");
    expect(readDocument(text, platform)).toMatchObject({ document: {}, problems: [{ level: "note", line: 15, column: 20 }] });
  });

  it("an origin may be left out; another than the platform's is taken, and noted", () => {
    const without = good.replace("  publicOrigin: https://ledger.example\n", "");
    expect(readDocument(without, platform)).toMatchObject({ document: {}, problems: [] });
    expect(readDocument(without, null)).toMatchObject({ document: {}, problems: [] });
    const elsewhere = { ...platform, publicOrigin: "https://elsewhere.example" };
    expect(readDocument(good, elsewhere).problems.map((problem) => problemSentence("tpp.yaml", problem))).toEqual([
      "tpp.yaml:10:17 tpp.publicOrigin: https://ledger.example is not where this platform is reached (https://elsewhere.example), so people do not come back from their bank; leave it out to follow the platform.",
    ]);
    const plain = readDocument(without.replace("    redirectUris: [https://ledger.example/back]\n", ""), {
      ...platform,
      publicOrigin: "http://localhost:8400",
    });
    expect(plain).toMatchObject({ document: null, problems: [{ field: "tpp.publicOrigin", level: "mistake" }] });
  });

  it("tpp.example.yaml is sound, also with everything in it that is commented out", () => {
    const text = readFileSync(path.resolve(import.meta.dirname, "../../../../tpp.example.yaml"), "utf8");
    expect(readDocument(text, { directory: [anAspsp("op")], publicOrigin: "http://localhost:8400" })).toMatchObject({
      document: { banks: [{ aspsp: "op" }] },
      problems: [],
    });
    const whole = text.replaceAll(/^( +)# (?=\w+: )/gm, "$1");
    expect(whole).not.toBe(text);
    const { document, problems } = readDocument(whole, { directory: [anAspsp("op")], publicOrigin: "http://localhost:8400" });
    expect(problems).toEqual([]);
    expect(Object.keys(document?.tpp ?? {})).toHaveLength(9);
    expect(Object.keys(document?.banks[0] ?? {})).toHaveLength(7);
  });

  it("every mistake is told at once, in the order of the file", () => {
    const sentences = told(good.replace("country: FI", "country: finland").replace("aspsp: city-bank", "aspsp: op\n    state: gone"));
    expect(sentences.map((sentence) => sentence.split(" ")[0])).toEqual(["tpp.yaml:4:12", "tpp.yaml:13:12", "tpp.yaml:14:12"]);
  });

  it("what is large, deep or empty ends in a sentence too", () => {
    expect(told(`# ${"x".repeat(1_000_001)}`)).toEqual(["tpp.yaml:1:1 the file is longer than 1000000 characters."]);
    for (const deep of ["[".repeat(200_000), "- ".repeat(200_000), "{a: ".repeat(100_000)])
      expect(told(deep)).toEqual(["tpp.yaml:1:1 the file is nested too deeply."]);
    expect(told(" \n")).toEqual(["tpp.yaml:1:1 the file is empty; start from tpp.example.yaml."]);
    const bomb = `a: &a [x, x]\n${Array.from({ length: 30 }, (_, index) => `b${index}: &b${index} [*a, *a, *a]`).join("\n")}`;
    expect(told(bomb).every((sentence) => sentence.includes("anchors and aliases"))).toBe(true);
  });

  it("a country that YAML 1.1 took for a no stays a country", () => {
    expect(readDocument(good.replace("country: FI", "country: NO"), platform).document?.tpp.country).toBe("NO");
  });

  it("a digest knows what a document says, not in which order", () => {
    const one = aDocument(["aalto", "birka"]);
    expect(documentHash({ ...one, banks: one.banks.toReversed() })).toBe(documentHash(one));
    expect(documentHash(parse(stringify(one)))).toBe(documentHash(one));
    expect(documentHash(aDocument(["aalto"]))).not.toBe(documentHash(one));
  });
});
