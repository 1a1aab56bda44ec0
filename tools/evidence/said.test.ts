import { expect, it } from "vitest";
import { textOf } from "./said.ts";

it("says of each error the sentence with its code, the place, what caused it, and the difference, without colours", () => {
  const stacks = [
    { file: "/a.ts", line: 3 },
    { file: "/b.ts", line: 4 },
  ];
  const cause = { message: "schema gone", code: "3F000" };
  expect(textOf([{ message: "\u001b[31mno\u001b[39m", code: "ERR_X", stacks, cause, diff: "- 1\n+ 2" }, { message: "and this" }])).toBe(
    "ERR_X no\nat /a.ts:3\nbecause of 3F000 schema gone\n- 1\n+ 2\nand this",
  );
});

it("is never endless: a long difference takes neither the place nor the cause away, and causes that lead back to themselves end", () => {
  const error: { message: string; diff: string; stacks: { file: string; line: number }[]; cause?: unknown } = {
    message: "no",
    diff: "x".repeat(50_000),
    stacks: [{ file: "/a.ts", line: 3 }],
  };
  error.cause = error;
  const said = textOf([error]);
  expect(said.startsWith("no\nat /a.ts:3\nbecause of no\n")).toBe(true);
  expect(said.length).toBeLessThan(6_000);
  expect(said.endsWith("x…")).toBe(true);
});

it("leaves out causes that are no errors", () => {
  expect(
    textOf([
      { message: "no", cause: "a word" },
      { message: "nor this", cause: null },
    ]),
  ).toBe("no\nnor this");
});
