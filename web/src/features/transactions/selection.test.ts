import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { extend, nothing, only, type Selection, toggle, within } from "./selection.ts";

const order = ["a", "b", "c", "d", "e", "f"];
const selected = ({ ids }: Selection): string => [...ids].toSorted().join("");

describe("a selection", () => {
  it("takes a row and lets it go", () => {
    expect(selected(toggle(toggle(nothing, "c"), "a"))).toBe("ac");
    expect(selected(toggle(toggle(toggle(nothing, "c"), "a"), "c"))).toBe("a");
  });

  it("takes everything between the last row that was taken and this one, in either direction", () => {
    expect(selected(extend(toggle(nothing, "b"), order, "d"))).toBe("bcd");
    expect(selected(extend(toggle(nothing, "d"), order, "b"))).toBe("bcd");
    expect(selected(extend(nothing, order, "b"))).toBe("b");
  });

  it("makes a range longer, shorter and turns it around, and leaves what else is selected", () => {
    const from = toggle(toggle(nothing, "a"), "c");
    const longer = extend(extend(from, order, "d"), order, "f");
    expect(selected(longer)).toBe("acdef");
    expect(selected(extend(longer, order, "d"))).toBe("acd");
    expect(selected(extend(longer, order, "b"))).toBe("abc");
  });

  it("begins a range where the keyboard is, when that has moved on since", () => {
    const moved = extend(toggle(nothing, "a"), order, "e", "d");
    expect(selected(moved)).toBe("ade");
    expect(selected(extend(moved, order, "f", "e"))).toBe("adef");
    expect(selected(extend(moved, order, "d", "e"))).toBe("ad");
  });

  it("goes on from the row itself when the one it began with is gone, and takes nothing that cannot be selected", () => {
    expect(selected(extend(toggle(nothing, "c"), ["a", "b", "d", "e"], "e"))).toBe("ce");
    const range = extend(toggle(nothing, "c"), order, "a");
    expect(extend(range, order, "pending")).toBe(range);
  });

  it("keeps what is still there, as the same object when that is all", () => {
    const some = only(["a", "c"]);
    expect(within(some, order)).toBe(some);
    expect(within(some, ["new", "a", "b", "c"])).toBe(some);
    expect(selected(within(some, ["a", "b"]))).toBe("a");
    expect(within(nothing, [])).toBe(nothing);
  });

  it("whatever a person does, a range holds its ends and what lies between them, and only rows of the list are selected", () => {
    const id = fc.constantFrom(...order);
    const step = fc.oneof(fc.record({ toggle: id }), fc.record({ to: id }), fc.record({ from: id, to: id }));
    fc.assert(
      fc.property(fc.array(step), id, id, (steps, from, to) => {
        const before = steps.reduce<Selection>(
          (selection, one) =>
            "toggle" in one ? toggle(selection, one.toggle) : "from" in one ? extend(selection, order, one.to, one.from) : extend(selection, order, one.to),
          nothing,
        );
        expect(order).toEqual(expect.arrayContaining([...before.ids]));
        const after = extend(toggle(before, from), order, to);
        const [first, last] = [order.indexOf(from), order.indexOf(to)].toSorted((a, b) => a - b);
        for (const one of order.slice(first, (last ?? 0) + 1)) expect(after.ids).toContain(one);
      }),
    );
  });
});
