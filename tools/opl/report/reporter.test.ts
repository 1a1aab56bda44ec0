import { expect, it } from "vitest";
import { createMasker, humanReport, jsonReport } from "./reporter.ts";

it("a secret with quotes and backslashes is hidden, also where it stands inside JSON text", () => {
  const secret = String.raw`open"ses\ame`;
  const masker = createMasker();
  masker.hide(secret);
  const said: string[] = [];
  const streams = { out: (text: string) => said.push(text), err: (text: string) => said.push(text) };
  const message = `The bank said ${secret} and ${JSON.stringify({ secret })}`;
  for (const report of [jsonReport(streams, masker), humanReport(streams, masker)]) report({ event: "warning", message });
  const hidden = 'The bank said *** and {"secret":"***"}';
  expect(JSON.parse(String(said[0]))).toEqual({ event: "warning", message: hidden });
  expect(said[1]).toBe(`Note: ${hidden}\n`);
});
