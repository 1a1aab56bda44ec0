import { describe, expect, it } from "vitest";
import { directoryTerms } from "./directory-terms.ts";

describe("what is asked of the directory", () => {
  it.each([
    [{ name: "", country: "", bic: "" }, {}, [false, false]],
    [{ name: " Osuus ", country: "fi", bic: "okoyfihh" }, { name: "Osuus", country: "FI", bic: "OKOYFIHH" }, [false, false]],
    [{ name: "", country: "f", bic: "OKOY" }, {}, [false, false]],
    [{ name: "", country: "", bic: "OKOYFIHHXXX" }, { bic: "OKOYFIHHXXX" }, [false, false]],
    [{ name: "", country: "F1", bic: "OKOY-FIHH" }, {}, [true, true]],
  ] as const)("%j", (typed, terms, [country, bic]) => {
    expect(directoryTerms(typed)).toEqual({ terms, mistakes: { country, bic } });
  });
});
