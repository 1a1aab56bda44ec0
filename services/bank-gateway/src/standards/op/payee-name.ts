/**
 * Whether a bank that repeats a payment still means the payee we named. The interface promises the request back and says nothing of how; names
 * pass through systems that know capitals or ASCII alone, or lines of 35 or 70 characters. So case, marks, spaces and punctuation do not count, a
 * letter may be spelled out (ä as ae), and a long name may end early. Another name is another payee: amount and account are compared to the
 * letter beside this, and neither makes up for it.
 */
export function isSamePayee(asked: string, told: string): boolean {
  const [ours, theirs] = [skeleton(asked), skeleton(told)];
  return ours === theirs || (told.trim().length >= shortestCut && theirs.length >= shortestSkeleton && ours.startsWith(theirs));
}

/** No form of payment cuts a name before 35 characters, and the last of them may be a space. */
const shortestCut = 34;
/** What is cut is a name, and not signs with a letter between them. */
const shortestSkeleton = shortestCut / 2;

const oneLetter: Readonly<Record<string, string>> = { æ: "a", ø: "o", œ: "o", ß: "s", ð: "d", đ: "d", ł: "l", ı: "i", þ: "t" };

/** What every spelling of a name has in common. */
function skeleton(name: string): string {
  const letters = name
    .toLowerCase()
    .normalize("NFKD")
    .replaceAll(/[^\p{L}\p{N}]/gu, "")
    .replaceAll(/[æøœßðđłıþ]/g, (letter) => oneLetter[letter] ?? letter);
  // One that was spelled out may stand before one that was not, as in Mäenpää.
  return letters.replaceAll(/(a)[ae]+|([ou])e+/g, "$1$2").replaceAll(/(s)s+|(t)h+/g, "$1$2");
}
