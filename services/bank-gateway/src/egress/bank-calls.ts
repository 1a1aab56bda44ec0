import { createHash } from "node:crypto";
import type { OplError } from "@opl/errors";
import { isOplError } from "@opl/errors";
import type { PsuContext } from "@opl/service";
import type { BankAdapter, BankCalls, CallInput } from "../adapters/bank-adapter.ts";
import { mayTravelTo } from "../domain/token-set.ts";
import type { TokenSet } from "../domain/token-set.ts";
import { errors } from "../errors.ts";
import type { BankAnswer, BankRequest, BeforeSending } from "./bank-request.ts";
import type { Egress } from "./egress.ts";
import { readJson } from "./strict-json.ts";

/** Keeps what the bank said under the hash of its body. */
export type Archive = (request: BankRequest, answer: BankAnswer, rawHash: string) => Promise<void>;

export interface CallsOptions {
  readonly adapter: Pick<BankAdapter, "callHeaders" | "translateRefusal">;
  readonly egress: Egress;
  readonly apiKey: string;
  readonly identified: boolean;
  /** Judges the bank's seal over an answer. */
  readonly verifySeal?: (seal: string | undefined, body: Uint8Array) => Promise<void>;
  /** Our QWAC, DER in base64, for calls that show it. */
  readonly clientCertificate?: () => string;
  readonly token?: Pick<TokenSet, "accessToken" | "origins">;
  /** The person who is present during these calls. */
  readonly psu?: PsuContext | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Asked before each of these calls leaves, a repeat as well. */
  readonly beforeSending?: BeforeSending | undefined;
  /** Absent for answers that hold secrets of ours. */
  readonly archive?: Archive;
  /** Makes a lost reading one that may be made once more; it is counted by this before (BR-69). */
  readonly beforeRepeat?: (() => Promise<unknown>) | undefined;
}

/** The calls a facet makes: identity and headers added, answer archived, read strictly, refusals translated. */
export function createBankCalls(options: CallsOptions): BankCalls {
  return async (input) => {
    const request = requestFor(input, options);
    const answer = await ask(request, options);
    const rawHash = hashOf(answer.body);
    // The answer is read while it is being stored; it is handed on, or refused, only when it is stored.
    const stored = options.archive?.(request, answer, rawHash);
    const [reading] = await Promise.allSettled([readAnswer(answer, rawHash, input, options), stored]);
    await stored;
    if (reading.status === "rejected") throw reading.reason;
    return { status: answer.status, headers: answer.headers, json: reading.value, rawHash, receivedAt: answer.receivedAt };
  };
}

async function readAnswer(answer: BankAnswer, rawHash: string, input: CallInput, options: CallsOptions): Promise<unknown> {
  if (answer.status < 200 || answer.status > 299) throw refusalOf(answer, options);
  // Before anything in it is read.
  const seal = answer.headers["x-jws-signature"];
  if (input.answerSeal === "required" || (input.answerSeal === "if-given" && seal !== undefined)) await options.verifySeal?.(seal, answer.body);
  if (answer.status === 204 || answer.body.length === 0) return null;
  return readJson({ contentType: answer.headers["content-type"], body: answer.body, rawHash });
}

/** A connection that broke under a reading is tried once more; whatever else failed is not. */
async function ask(request: BankRequest, { egress, beforeRepeat }: CallsOptions): Promise<BankAnswer> {
  try {
    return await egress(request);
  } catch (error) {
    const lost = isOplError(error) && error.code === errors.ERR_ASPSP_UNAVAILABLE.code && error.details?.reason === "connection";
    if (!lost || request.method !== "GET" || beforeRepeat === undefined) throw error;
    await beforeRepeat();
    return egress(request);
  }
}

/** SHA-256 of a body as it was received and unpacked, hexadecimal. */
export function hashOf(body: Uint8Array): string {
  return createHash("sha256").update(body).digest("hex");
}

function requestFor(input: CallInput, { adapter, apiKey, identified, clientCertificate, token, psu, signal, beforeSending }: CallsOptions): BankRequest {
  if (token !== undefined && !mayTravelTo(token, input.url)) throw errors.ERR_ASPSP_ORIGIN_REFUSED();
  return {
    operation: input.operation,
    method: input.method,
    url: input.url,
    headers: {
      ...adapter.callHeaders(apiKey),
      ...input.headers,
      ...(input.showCertificate === true && clientCertificate !== undefined ? { "x-client-certificate": clientCertificate() } : {}),
      ...(input.body === undefined ? {} : { "content-type": input.body.type }),
      ...(token === undefined ? {} : { authorization: `Bearer ${token.accessToken}` }),
    },
    ...(input.body === undefined ? {} : { body: input.body.text }),
    identified,
    psu,
    signal,
    beforeSending,
  };
}

function refusalOf(answer: BankAnswer, { adapter }: CallsOptions): OplError {
  let json: unknown;
  try {
    json = readJson({ contentType: answer.headers["content-type"], body: answer.body });
  } catch (error) {
    // A refusal without readable words is still a refusal: the status decides.
    if (!isOplError(error)) throw error;
  }
  return adapter.translateRefusal(answer.status, json, answer.headers);
}
