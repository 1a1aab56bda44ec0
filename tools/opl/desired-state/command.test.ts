import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { runHere } from "../testing/run.ts";

const folder = mkdtempSync(path.join(tmpdir(), "opl-plan-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const example = path.resolve(import.meta.dirname, "../../../tpp.example.yaml");
const file = (text: string): string => {
  const name = path.join(folder, "tpp.yaml");
  writeFileSync(name, text);
  return name;
};

describe("tpp plan and tpp apply, before anybody is asked", () => {
  it.each([
    ["an option of another command", ["tpp", "plan", "--out", "x"], "--out does not go with tpp plan"],
    ["an option of register's only", ["tpp", "apply", "--dry-run"], "--dry-run does not go with tpp apply"],
    ["one of theirs with register", ["tpp", "register", "--file", "x"], "--file does not go with tpp register"],
    ["a time that is none", ["tpp", "apply", "--timeout", "soon"], "--timeout soon is not a number of seconds from 0.1 to 86400"],
    ["an address that is none", ["tpp", "plan", "--registry", "registry:8080"], "--registry registry:8080 is not a web address"],
    ["no such command", ["tpp", "destroy"], "there are tpp register, tpp plan and tpp apply"],
  ])("%s ends with 64", async (_title, args, sentence) => {
    const { code, err } = await runHere(args);
    expect({ code, err }).toEqual({ code: 64, err: expect.stringContaining(sentence) });
  });

  it.each([
    ["a file that is not there", path.join(folder, "none.yaml"), "is not there; copy tpp.example.yaml"],
    ["a folder", folder, "is a folder; name the file in it"],
  ])("%s ends with 78", async (_title, name, sentence) => {
    const { code, err } = await runHere(["tpp", "plan", "--file", name]);
    expect({ code, err }).toEqual({ code: 78, err: expect.stringContaining(sentence) });
  });

  it("mistakes of the file are all told, each with its place, also for machines", async () => {
    const name = file("version: 1\ntpp: {}\nbank: []\n");
    const told = await runHere(["tpp", "plan", "--file", name]);
    expect(told.code).toBe(78);
    expect(told.err).toContain(`${name}:3:1 bank: there is no such key; perhaps banks is meant.`);
    expect(told.err).toContain(`${name}:2:6 tpp.name: is missing; it is text.`);
    const { code, out } = await runHere(["tpp", "plan", "--file", name, "--json"]);
    expect(code).toBe(78);
    const event = JSON.parse(out);
    expect(event).toMatchObject({ event: "error", code: "ERR_OPL_DOCUMENT", exitCode: 78 });
    expect(event.details.problems).toContainEqual({
      line: 3,
      column: 1,
      field: "bank",
      message: "there is no such key; perhaps banks is meant",
      level: "mistake",
    });
  });

  it("no platform on this machine ends with 69 and what to do", async () => {
    const { code, err } = await runHere(["tpp", "plan", "--file", example], { environment: { OPL_DIR: folder } });
    expect({ code, err }).toEqual({ code: 69, err: expect.stringContaining("start it with npm start, or say where its registry is with --registry URL") });
    writeFileSync(path.join(folder, "ports.json"), JSON.stringify({ "tpp-registry": 9 }));
    const keyless = await runHere(["tpp", "plan", "--file", example], { environment: { OPL_DIR: folder } });
    expect(keyless).toMatchObject({ code: 69, err: expect.stringContaining("There is no operator's key under") });
  });
});
