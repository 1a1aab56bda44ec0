import { request } from "node:https";
import { rootCertificates } from "node:tls";
import { z } from "zod";

const jwksSchema = z.object({ keys: z.array(z.looseObject({ kty: z.string(), kid: z.string().optional(), x5c: z.array(z.string()).optional() })) });
export type PublishedKey = z.infer<typeof jwksSchema>["keys"][number];

/** Reads public keys from where others publish them. */
export interface JwksReader {
  /** The whole set as it is now. */
  read(url: string): Promise<readonly PublishedKey[]>;
  /** The key with this id; reads the set again when an older copy does not have it. */
  find(url: string, kid: string): Promise<PublishedKey | undefined>;
}

const timeoutMs = 5000;
const sizeLimit = 256 * 1024;
/** How long a copy is used for keys that it has. */
const maxAgeMs = 300_000;

/** Trusts the public authorities and those given, such as the sandbox's own; follows no redirect. */
export function createJwksReader({ rootsPem }: { rootsPem: readonly string[] }): JwksReader {
  const read = async (url: string): Promise<readonly PublishedKey[]> => jwksSchema.parse(JSON.parse(await fetchText(url, rootsPem))).keys;
  const copies = new Map<string, { readonly keys: readonly PublishedKey[]; readonly readAt: number }>();
  return {
    read,
    async find(url, kid) {
      const copy = copies.get(url);
      const fresh = copy !== undefined && performance.now() - copy.readAt < maxAgeMs ? copy.keys.find((key) => key.kid === kid) : undefined;
      if (fresh !== undefined) return fresh;
      const keys = await read(url);
      copies.set(url, { keys, readAt: performance.now() });
      return keys.find((key) => key.kid === kid);
    },
  };
}

function fetchText(url: string, rootsPem: readonly string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    if (!URL.canParse(url) || new URL(url).protocol !== "https:") {
      reject(new TypeError("the key set must be published over https"));
      return;
    }
    const call = request(url, { ca: [...rootCertificates, ...rootsPem], signal: AbortSignal.timeout(timeoutMs), headers: { accept: "application/json" } });
    call.once("error", reject);
    call.once("response", (response) => {
      if (response.statusCode !== 200) {
        response.resume();
        reject(new TypeError(`the key set answered ${response.statusCode}`));
        return;
      }
      const chunks: Buffer[] = [];
      let size = 0;
      response.on("data", (chunk: Buffer) => {
        size += chunk.length;
        if (size > sizeLimit) call.destroy(new TypeError("the key set is too large"));
        else chunks.push(chunk);
      });
      response.once("error", reject);
      response.once("end", () => resolve(Buffer.concat(chunks).toString("utf8")));
    });
    call.end();
  });
}
