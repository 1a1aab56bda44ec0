import type { OutsideCall } from "../egress/outside.ts";
import { retryAfter } from "../standards/refusal-words.ts";

/** A trust service provider that answers certificate requests at once. */
export interface Enrolment {
  /** Sends a request, for the first time or again. */
  enrol(csrPem: string): Promise<Enrolled>;
}

/** The certificate with its chain as base64 PKCS#7; or somebody there has to look at the request first, and may say how long that takes. */
export type Enrolled = { readonly issued: string } | { readonly retryAfterSeconds: number | undefined };

export interface EstOptions {
  readonly call: OutsideCall;
  /** Where `/.well-known/est/` is. */
  readonly url: string;
  readonly secret: string;
}

/** Enrolment over secure transport (RFC 7030 4.2, as RFC 8951 reads it): a base64 PKCS#10 goes out, a base64 PKCS#7 comes back. */
export function estEnrolment({ call, url, secret }: EstOptions): Enrolment {
  return {
    async enrol(csrPem) {
      const answer = await call({
        operation: "certificates.enrol",
        method: "POST",
        url: new URL(`${url.replace(/\/+$/, "")}/.well-known/est/simpleenroll`),
        headers: {
          accept: "application/pkcs7-mime",
          "content-type": "application/pkcs10",
          authorization: `Basic ${Buffer.from(`tpp:${secret}`).toString("base64")}`,
        },
        body: csrPem.replaceAll(/-----[A-Z ]+-----|\s/g, ""),
      });
      if (answer.status !== 202) return { issued: answer.body.toString("latin1") };
      // RFC 7030 4.2.3: the same request is to be sent again, not before then.
      const header = answer.headers["retry-after"];
      return { retryAfterSeconds: header === undefined ? undefined : retryAfter(header) };
    },
  };
}
