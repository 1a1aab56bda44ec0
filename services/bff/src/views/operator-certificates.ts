import type { listOperatorCertificates } from "@opl/contracts/http/bff-operator";
import type { listCertificates } from "@opl/contracts/http/tpp-registry";
import type { ResponseOf } from "@opl/contracts/http";
import type { OwnCertificate } from "@opl/contracts/model";
import type { bankNames } from "./bank-names.ts";

type Shown = Pick<ResponseOf<typeof listOperatorCertificates>, "certificates" | "own">;

interface Found {
  readonly inventory: ResponseOf<typeof listCertificates>["certificates"];
  readonly own: readonly OwnCertificate[];
  readonly nameOf: ReturnType<typeof bankNames>;
}

/** Each certificate once: what the registry knows of one of our own stands with it, the rest by itself. */
export function operatorCertificates({ inventory, own, nameOf }: Found): Shown {
  const used = inventory.map(({ chainPem: _chain, usedAt, ...shown }) => ({
    ...shown,
    usedAt: usedAt.map((use) => ({ ...use, aspspName: nameOf(use.aspspId) })),
  }));
  const uses = new Map(used.filter((one) => one.own).map((one) => [one.certificateId, one]));
  const listed = new Set(own.map(({ certificateId }) => certificateId));
  return {
    certificates: used.filter((one) => !(one.own && listed.has(one.certificateId))),
    own: own.map((certificate) => {
      const use = uses.get(certificate.certificateId);
      return { ...withoutChain(certificate), use: use === undefined ? null : { status: use.status, daysLeft: use.daysLeft, usedAt: use.usedAt } };
    }),
  };
}

/** One of our own without what only banks need. */
export function withoutChain({ issued, ...rest }: OwnCertificate) {
  if (issued === null) return { ...rest, issued };
  const { chainPem: _, ...shown } = issued;
  return { ...rest, issued: shown };
}
