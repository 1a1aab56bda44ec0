import { describe, expect, it } from "vitest";
import { readJson } from "./strict-json.ts";

const json = (text: string, contentType: string | undefined = "application/json") => readJson({ contentType, body: Buffer.from(text) });
const reasonOf = (read: () => unknown): unknown => {
  try {
    read();
    return "accepted";
  } catch (error) {
    return (error as { details: { reason: string } }).details.reason;
  }
};

describe("readJson", () => {
  it.each(["application/json", "application/json; charset=utf-8", "APPLICATION/JSON", "application/problem+json", "application/hal+json;x=y"])(
    "takes %s",
    (type) => {
      expect(json('{"a":1}', type)).toEqual({ a: 1 });
    },
  );

  it.each(["text/html", "text/json", "application/jsonp", "application/xml", "", "application/json-seq"])("BR-46 refuses %j before it parses", (type) => {
    expect(reasonOf(() => json("not even json", type))).toBe("content-type");
  });

  it("BR-46 refuses an answer without a type", () => {
    expect(reasonOf(() => readJson({ contentType: undefined, body: Buffer.from("{}") }))).toBe("content-type");
  });

  it.each([
    ["BR-47 byte order mark", Buffer.from('\uFEFF{"a":1}'), "accepted"],
    ["BR-47 UTF-16", Buffer.from('{"a":1}', "utf16le"), "nul-character"],
    ["BR-47 broken UTF-8", Buffer.from([0x22, 0xc3, 0x22]), "encoding"],
    ["BR-47 a surrogate in UTF-8", Buffer.from([0x22, 0xed, 0xa0, 0x80, 0x22]), "encoding"],
    ["BR-52 two documents", Buffer.from("{}{}"), "syntax"],
    ["empty", Buffer.alloc(0), "syntax"],
  ])("%s", (_title, body, reason) => {
    expect(reasonOf(() => readJson({ contentType: "application/json", body }))).toBe(reason);
  });

  it("names the archived message when there is one", () => {
    expect(() => readJson({ contentType: "application/json", body: Buffer.from("{"), rawHash: "h" })).toThrow(
      expect.objectContaining({ details: { reason: "syntax", rawHash: "h" } }),
    );
  });
});
