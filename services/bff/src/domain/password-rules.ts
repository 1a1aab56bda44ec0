const passwordLength = { min: 12, max: 128 } as const;

/** Fewer than this many different characters is a pattern and no password. */
const fewestCharacters = 5;

/** Why a password is not good enough, in words for the person; undefined when it is. */
export function passwordFault(password: string, person: { readonly name: string; readonly email: string }): string | undefined {
  const characters = Array.from(password);
  if (characters.length < passwordLength.min)
    return `Use at least ${passwordLength.min} characters. A few words that do not belong together are easy to keep in mind.`;
  if (characters.length > passwordLength.max) return `Use at most ${passwordLength.max} characters.`;
  if (new Set(characters.map((character) => character.toLowerCase())).size < fewestCharacters) return "Use more different characters.";
  const plain = password.toLowerCase();
  const own = [person.email, person.email.split("@")[0] ?? "", person.name].map((word) => word.toLowerCase().trim());
  if (own.some((word) => word !== "" && plain.replaceAll(word, "").length < fewestCharacters)) return "Do not use your name or your e-mail address.";
  return undefined;
}
