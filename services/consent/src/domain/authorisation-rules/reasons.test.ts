import { expect, it } from "vitest";
import { errors } from "../../errors.ts";
import { returnRules } from "./index.ts";

it("every reason is a documented code", () => {
  for (const { reason } of returnRules) expect(Object.keys(errors)).toContain(reason);
});
