/** The parts of an organizationIdentifier by ETSI TS 119 495 clause 5.2.1: `PSD` country `-` authority `-` number. */
export interface OrganizationIdentifier {
  readonly country: string;
  readonly nca: string;
  readonly number: string;
}

/** Reads a PSD2 organizationIdentifier; nothing for one of another form, as a bank's sandbox may issue. */
export function parseOrganizationIdentifier(text: string): OrganizationIdentifier | undefined {
  const match = /^PSD([A-Z]{2})-([A-Z]{2,8})-(.+)$/.exec(text);
  if (match === null) return undefined;
  const [, country, nca, number] = match;
  return { country: String(country), nca: String(nca), number: String(number) };
}
