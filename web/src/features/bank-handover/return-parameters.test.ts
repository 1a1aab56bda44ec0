import { describe, expect, it } from "vitest";
import { handOverReturn, readReturn, takeReturn } from "./return-parameters.ts";

const address = (path: string) => {
  const { pathname, search, hash } = new URL(path, "https://opl.example");
  return { pathname, search, hash };
};

describe("what a bank puts into the address", () => {
  it("is read from the fragment, as the hybrid flow delivers it", () => {
    expect(readReturn(address("/connect/return/op-sandbox#code=a%2Bb&id_token=x.y.z&state=s"))).toEqual({
      context: "op-sandbox",
      parameters: [
        { name: "code", value: "a+b" },
        { name: "id_token", value: "x.y.z" },
        { name: "state", value: "s" },
      ],
    });
  });

  it("is read from the query as well", () => {
    expect(readReturn(address("/connect/return/nordea?error=access_denied&state=s"))?.parameters).toEqual([
      { name: "error", value: "access_denied" },
      { name: "state", value: "s" },
    ]);
  });

  it("keeps a repeated parameter apart, so that the server sees it", () => {
    expect(readReturn(address("/connect/return/op#code=1&code=2"))?.parameters).toHaveLength(2);
  });

  it("is not looked for on other pages", () => {
    expect(
      ["/transactions#code=1", "/connect/return/", "/connect/return/a/b#code=1", "/connect/return/UP#code=1"].map((path) => readReturn(address(path))),
    ).toEqual([undefined, undefined, undefined, undefined]);
  });

  it("leaves the address bar at once and is handed over once", () => {
    const replaced: unknown[] = [];
    const history = { state: null, replaceState: (...args: unknown[]) => replaced.push(args) } as unknown as History;
    takeReturn(address("/connect/return/op?state=q#code=1") as Location, history);
    expect(replaced).toEqual([[null, "", "/connect/return/op"]]);
    expect(handOverReturn()?.parameters).toHaveLength(2);
    expect(handOverReturn()).toBeUndefined();
  });
});
