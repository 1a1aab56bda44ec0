import { describe, expect, it } from "vitest";
import { preparedNames } from "./prepared.ts";

const after = (times: number, text: string, nameOf = preparedNames()): string | undefined => {
  for (let time = 1; time < times; time += 1) nameOf(text);
  return nameOf(text);
};

describe("preparedNames", () => {
  it.each([
    ["select a from t where b = $1", "opl_1"],
    ["\n  (select a, count(*) from t group by a) union (select a, 1 from u)", "opl_1"],
    ["select * from t where b = $1", undefined],
    ["select s.*, 1 from t s", undefined],
    ["insert into t (a) values ($1) returning a", undefined],
    ["update t set a = $1", undefined],
    ["select a from t where b is null limit 9 for update skip locked", undefined],
    ["with due as (select a from t for update) update t set a = 1 from due", undefined],
  ])("%s", (text, name) => {
    expect(after(21, text)).toBe(name);
  });

  it("are given only to what is asked again and again, each text its own", () => {
    const nameOf = preparedNames();
    expect(after(20, "select 1", nameOf)).toBeUndefined();
    expect([nameOf("select 1"), nameOf("select 1"), after(21, "select 2", nameOf)]).toEqual(["opl_1", "opl_1", "opl_2"]);
  });

  it("are bounded in number", () => {
    const nameOf = preparedNames();
    const given = new Set(Array.from({ length: 150 }, (_, index) => after(21, `select ${index}`, nameOf)));
    expect(given.size).toBe(101);
  });
});
