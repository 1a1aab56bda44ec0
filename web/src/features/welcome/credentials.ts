export const MIN_PASSWORD = 12;
export const MAX_PASSWORD = 128;

export type CredentialFault = "missing" | "no-email" | "too-short";

/** What is wrong with what a person typed, by field; empty when it can be sent. The server decides in the end. */
export function checkCredentials(
  input: { readonly name?: string; readonly email: string; readonly password: string },
  isNew: boolean,
): Partial<Record<"name" | "email" | "password", CredentialFault>> {
  const faults: Partial<Record<"name" | "email" | "password", CredentialFault>> = {};
  if (input.name !== undefined && input.name.trim() === "") faults.name = "missing";
  if (input.email.trim() === "") faults.email = "missing";
  else if (!/^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(input.email.trim())) faults.email = "no-email";
  if (input.password === "") faults.password = "missing";
  else if (isNew && Array.from(input.password).length < MIN_PASSWORD) faults.password = "too-short";
  return faults;
}
