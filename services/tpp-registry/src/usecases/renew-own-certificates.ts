import type { TppDocumentProfile, TppRole } from "@opl/contracts/model";
import { parseCertificate, type Psd2Role } from "@opl/eidas";
import { type OplError, toOplError } from "@opl/errors";
import type { RegistryContext } from "../context.ts";
import { thumbprintsUnderWay } from "../db/certificate-store.ts";
import { claimRequest, listOwnCertificates, listOwnCertificateRows, type OwnCertificateRow } from "../db/own-certificate-store.ts";
import { listHeld } from "../db/renewal-store.ts";
import { givenUpBefore, toReplace, toRetire } from "../domain/own-certificate.ts";
import { errors } from "../errors.ts";
import { readDesiredState } from "./read-desired-state.ts";

export interface OwnCertificateTurn {
  readonly did: "asked-for-next" | "retired";
  readonly certificateId: string;
  /** Why it was not done; it is tried again. */
  readonly error: OplError | null;
}

export interface RenewalOptions {
  readonly renewBeforeDays: number;
  /** For how long retired keys are published. */
  readonly keepDays: number;
}

type Ctx = Pick<RegistryContext, "db" | "clock" | "bankGateway" | "environmentDocument">;

/**
 * The turn of our own certificates: asks for the next of each that ends soon, which comes by itself where a provider is connected and
 * else waits for an operator; and retires each whose place is taken everywhere. One that cannot be done keeps no other back.
 */
export async function renewOwnCertificates(ctx: Ctx, { renewBeforeDays, keepDays }: RenewalOptions): Promise<readonly OwnCertificateTurn[]> {
  const { db, clock, bankGateway } = ctx;
  const now = clock.now();
  const own = await listOwnCertificates(db);
  const turns: OwnCertificateTurn[] = [];
  const turn = async (did: OwnCertificateTurn["did"], certificateId: string, act: () => Promise<unknown>): Promise<void> => {
    const error = await act().then(
      () => null,
      (cause: unknown) => toOplError(cause),
    );
    turns.push({ did, certificateId, error });
  };
  const due = toReplace(own, renewBeforeDays, now);
  const rows = due.length === 0 ? [] : await listOwnCertificateRows(db);
  const { tpp } = (await readDesiredState(ctx)).document;
  for (const certificate of due) {
    const row = rows.find(({ certificateId }) => certificateId === certificate.certificateId);
    // Before it is asked for, so that two processes do not both ask.
    if (row === undefined || !(await claimRequest(db, row.certificateId, now, givenUpBefore(certificate, now)))) continue;
    await turn("asked-for-next", row.certificateId, async () => bankGateway.requestCertificate({ body: nextOf(row, tpp) }));
  }
  const held = await listHeld(db);
  const used = new Set([...held.flatMap(({ thumbprints }) => thumbprints), ...(await thumbprintsUnderWay(db))]);
  for (const { certificateId } of toRetire(own, used, keepDays, now)) {
    await turn("retired", certificateId, () => bankGateway.retireCertificate({ params: { certificateId } }));
  }
  return turns;
}

const roles: Readonly<Partial<Record<Psd2Role, TppRole>>> = { PSP_AI: "AIS", PSP_PI: "PIS", PSP_IC: "CBPII" };

/**
 * The next certificate names whom this one names, but for the identifier and the authority that the document may give; another name or role
 * is an operator's wish, not a renewal.
 */
function nextOf({ purpose, keyType, issued }: OwnCertificateRow, tpp: Pick<TppDocumentProfile, "organizationIdentifier" | "authority">) {
  const { commonName, organization, country, organizationIdentifier, psd2 } = parseCertificate(issued?.chainPem[0] ?? "");
  if (commonName === undefined || organization === undefined || country === undefined || organizationIdentifier === undefined || psd2 === undefined)
    throw errors.ERR_OWN_CERTIFICATE_UNNAMED();
  return {
    purpose,
    keyType,
    subject: {
      commonName,
      organisationName: organization,
      country,
      organizationIdentifier: tpp.organizationIdentifier ?? organizationIdentifier,
      authority: tpp.authority ?? { id: psd2.ncaId, name: psd2.ncaName },
      roles: psd2.roles.flatMap((role) => roles[role] ?? []),
    },
  };
}
