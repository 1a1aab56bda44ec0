import type { OutsideCall } from "../egress/outside.ts";

/** A trust service provider that answers certificate requests at once. */
export interface Enrolment {
  /** @returns the certificate with its chain as base64 PKCS#7, or undefined while somebody there has to look at the request first */
  enrol(csrPem: string): Promise<string | undefined>;
}

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
      // RFC 7030 4.2.3: the same request is to be sent again later.
      return answer.status === 202 ? undefined : answer.body.toString("latin1");
    },
  };
}
