import { X509Certificate } from "node:crypto";
import { makeQtsp } from "@opl/eidas/testing";
import { describe, expect, it } from "vitest";
import { pathToAnchor, trustAnchors } from "./peer-chain.ts";

const [qtsp, namesake] = await Promise.all([makeQtsp(), makeQtsp()]);
const { chainPem } = await qtsp.certify("qwac");
const [leaf, intermediate] = chainPem.map((pem) => new X509Certificate(pem));
const root = new X509Certificate(qtsp.rootPem);
const sent = [leaf, intermediate].filter((each) => each !== undefined);
const serials = (path: readonly X509Certificate[] | undefined) => path?.map(({ fingerprint256 }) => fingerprint256);

describe("the chain of a connection", () => {
  it("leads from the leaf to an anchor, by signatures", () => {
    expect(serials(pathToAnchor(sent, trustAnchors(namesake.rootPem + qtsp.rootPem)))).toEqual(serials([...sent, root]));
  });

  it("goes on above an anchor that is no root, also where that one was sent by nobody", () => {
    expect(serials(pathToAnchor(sent.slice(0, 1), trustAnchors(qtsp.intermediatePem + qtsp.rootPem)))).toEqual(serials([...sent, root]));
  });

  it("is none where nothing leads to an anchor, however much was sent", () => {
    expect(pathToAnchor(sent, trustAnchors(namesake.rootPem))).toBeUndefined();
    expect(pathToAnchor([...sent, ...Array.from({ length: 200 }, () => new X509Certificate(qtsp.intermediatePem)), root], [])).toBeUndefined();
    expect(pathToAnchor([], [root])).toBeUndefined();
  });

  it("ends at what the system trusts where a party has no bundle", () => {
    expect(trustAnchors(undefined).length).toBeGreaterThan(50);
  });
});
