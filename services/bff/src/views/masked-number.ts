/** All a page shows of an IBAN or card number: its last four characters, behind dots. Null for null and for texts too short to mask. */
export function maskNumber(number: string | null): string | null {
  if (number === null) return null;
  const bare = number.replaceAll(/[^A-Za-z0-9]/g, "");
  return bare.length < 8 ? null : `•••• ${bare.slice(-4)}`;
}
