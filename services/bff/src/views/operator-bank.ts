import type { OperatorBank, RegistrationSummary } from "@opl/contracts/http/bff-operator";
import type { getDesiredState, listCertificates } from "@opl/contracts/http/tpp-registry";
import type { ResponseOf } from "@opl/contracts/http";
import type { Aspsp, Registration } from "@opl/contracts/model";
import { bankNames } from "./bank-names.ts";

type KnownCertificate = ResponseOf<typeof listCertificates>["certificates"][number];

interface Found {
  readonly registrations: readonly Registration[];
  readonly certificates: readonly Pick<KnownCertificate, "usedAt" | "daysLeft" | "notAfter" | "status">[];
  readonly banks: readonly Aspsp[];
  readonly drift: ResponseOf<typeof getDesiredState>["drift"];
}

/** Registrations of the past that a page still lists. */
const keptEarlier = 20;

/** One line a bank, by name: what serves now, what is under way, until when the certificates in use last, and where the bank differs. */
export function operatorBanks({ registrations, certificates, banks, drift }: Found): OperatorBank[] {
  const nameOf = bankNames(banks);
  const health = new Map(banks.map((bank) => [bank.aspspId, bank.health]));
  return [...Map.groupBy(registrations, ({ aspspId }) => aspspId)]
    .map(([aspspId, ofBank]) => {
      const newestFirst = ofBank.toSorted((one, other) => Temporal.Instant.compare(other.startedAt, one.startedAt)).map(withoutArtefacts);
      const serving = newestFirst.find(({ status }) => status === "completed") ?? null;
      const latest = newestFirst[0] === serving ? null : (newestFirst[0] ?? null);
      const first = certificates
        .filter(({ status, usedAt }) => status !== "spare" && usedAt.some((use) => use.registrationId === serving?.registrationId))
        .toSorted((one, other) => Temporal.Instant.compare(one.notAfter, other.notAfter))[0];
      const differs = drift.find(({ registrationId }) => registrationId === serving?.registrationId);
      return {
        aspspId,
        name: nameOf(aspspId),
        health: health.get(aspspId) ?? null,
        serving,
        latest,
        earlier: newestFirst.filter((one) => one !== serving && one !== latest).slice(0, keptEarlier),
        daysLeft: first?.daysLeft ?? null,
        certificatesEnd: first?.notAfter ?? null,
        drift: differs === undefined ? null : { since: differs.since, differences: differs.differences },
      };
    })
    .toSorted((one, other) => one.name.localeCompare(other.name));
}

/** A registration for lists: that a step produced something, and not what. */
export function withoutArtefacts({ steps, ...registration }: Registration): RegistrationSummary {
  return { ...registration, steps: steps.map(({ artefact, ...step }) => ({ ...step, hasArtefact: artefact !== null })) };
}
