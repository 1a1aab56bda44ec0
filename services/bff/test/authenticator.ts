import { createHash, generateKeyPairSync, randomBytes, sign } from "node:crypto";
import type { Browser } from "./browser.ts";

/** The options a browser is given, as far as an authenticator looks at them. */
interface Question {
  readonly challenge: string;
  readonly user?: { readonly id: string };
  readonly rp?: { readonly id: string };
  readonly rpId?: string;
}

interface Manner {
  /** Whether the person at the device was checked. */
  readonly verified?: boolean;
  readonly origin?: string;
  readonly counter?: number;
}

/** A device with one passkey (ES256, no attestation), so that the rules are tried against real signatures. */
export interface Authenticator {
  make(question: Question, manner?: Manner): object;
  answer(question: Question, manner?: Manner): object;
}

export function authenticatorAt(origin: string): Authenticator {
  const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const { x = "", y = "" } = publicKey.export({ format: "jwk" });
  const credentialId = randomBytes(16);
  const id = credentialId.toString("base64url");
  let userHandle = "";
  const clientData = (type: string, challenge: string, from: string): Buffer =>
    Buffer.from(JSON.stringify({ type, challenge, origin: from, crossOrigin: false }));
  const head = (rpId: string, flags: number, counter: number): Buffer => {
    const bytes = Buffer.alloc(5);
    bytes[0] = flags;
    bytes.writeUInt32BE(counter, 1);
    return Buffer.concat([createHash("sha256").update(rpId).digest(), bytes]);
  };
  const flagsOf = ({ verified = true }: Manner): number => 0x01 | (verified ? 0x04 : 0);
  return {
    make({ challenge, user, rp }, manner = {}) {
      userHandle = user?.id ?? "";
      const cose = Buffer.concat([
        // {1: 2, 3: -7, -1: 1, -2: x, -3: y}
        Buffer.from([0xa5, 0x01, 0x02, 0x03, 0x26, 0x20, 0x01, 0x21, 0x58, 0x20]),
        Buffer.from(x, "base64url"),
        Buffer.from([0x22, 0x58, 0x20]),
        Buffer.from(y, "base64url"),
      ]);
      const length = Buffer.alloc(2);
      length.writeUInt16BE(credentialId.length);
      const data = Buffer.concat([head(rp?.id ?? "", flagsOf(manner) | 0x40, manner.counter ?? 0), Buffer.alloc(16), length, credentialId, cose]);
      const attestationObject = Buffer.concat([
        Buffer.from([0xa3]),
        text("fmt"),
        text("none"),
        text("attStmt"),
        Buffer.from([0xa0]),
        text("authData"),
        Buffer.from([0x59, data.length >> 8, data.length & 0xff]),
        data,
      ]);
      return {
        id,
        rawId: id,
        type: "public-key",
        clientExtensionResults: {},
        response: {
          clientDataJSON: clientData("webauthn.create", challenge, manner.origin ?? origin).toString("base64url"),
          attestationObject: attestationObject.toString("base64url"),
          transports: ["internal"],
        },
      };
    },
    answer({ challenge, rpId = "" }, manner = {}) {
      const client = clientData("webauthn.get", challenge, manner.origin ?? origin);
      const data = head(rpId, flagsOf(manner), manner.counter ?? 0);
      const signature = sign("sha256", Buffer.concat([data, createHash("sha256").update(client).digest()]), privateKey);
      return {
        id,
        rawId: id,
        type: "public-key",
        clientExtensionResults: {},
        response: {
          clientDataJSON: client.toString("base64url"),
          authenticatorData: data.toString("base64url"),
          signature: signature.toString("base64url"),
          userHandle,
        },
      };
    },
  };
}

/** A short text in CBOR. */
function text(value: string): Buffer {
  return Buffer.concat([Buffer.from([0x60 + value.length]), Buffer.from(value)]);
}

/** Has somebody who is signed in add a passkey. @returns its id */
export async function addPasskey({ browser }: { readonly browser: Browser }): Promise<string> {
  const begun = await browser.send("POST", "/api/me/passkeys/options", { body: {} });
  const answer = authenticatorAt(browser.origin).make(begun.json<{ options: Question }>().options);
  return (await browser.send("POST", "/api/me/passkeys", { body: { name: "Key", answer } })).json<{ passkeyId: string }>().passkeyId;
}
