import { base64url } from "jose";
import { errors } from "./errors.ts";
import type { Jwk } from "./jwk.ts";

/**
 * Completes an RSA private JWK that carries only `n`, `e` and `d` (RFC 7518 6.3.2 allows it, most key stores refuse it):
 * factors `n` with the help of the private exponent and adds p, q, dp, dq, qi.
 * Other keys, and RSA keys that already have their primes, come back as they are.
 */
export function completeRsaPrivateJwk(jwk: Jwk): Jwk {
  if (jwk.kty !== "RSA" || jwk.d === undefined || jwk.p !== undefined) return jwk;
  if (jwk.n === undefined || jwk.e === undefined) throw unusable("n or e is missing");
  const [n, e, d] = [toBigInt(jwk.n), toBigInt(jwk.e), toBigInt(jwk.d)];
  const [p, q] = recoverPrimes(n, e, d);
  return {
    ...jwk,
    p: fromBigInt(p),
    q: fromBigInt(q),
    dp: fromBigInt(d % (p - 1n)),
    dq: fromBigInt(d % (q - 1n)),
    qi: fromBigInt(inverse(q, p)),
  };
}

/** Bases to try; each one succeeds with probability of at least one half for a genuine key. */
const bases = [2n, 3n, 5n, 7n, 11n, 13n, 17n, 19n, 23n, 29n, 31n, 37n, 41n, 43n, 47n, 53n, 59n, 61n, 67n, 71n];

/** The two primes of `n`, larger one first. */
export function recoverPrimes(n: bigint, e: bigint, d: bigint): [p: bigint, q: bigint] {
  if (n <= 3n || e <= 1n || d <= 1n || (d * e - 1n) % 2n !== 0n) throw unusable("n, e and d do not belong together");
  return primesByDivision(n, d * e - 1n) ?? primesBySquareRoots(n, d * e - 1n);
}

/** Common divisors of p - 1 and q - 1 beyond this are left to the slower way. */
const maxCommonDivisor = 64n;

/**
 * `multiple` is k times the least common multiple of p - 1 and q - 1. With a small public exponent k is small, and (p - 1)(q - 1) is so
 * close to `n` that dividing tells k; then p + q is known too. Some thousand times faster than the way below.
 */
function primesByDivision(n: bigint, multiple: bigint): [p: bigint, q: bigint] | undefined {
  for (let common = 1n; common <= maxCommonDivisor; common += 1n) {
    const product = common * multiple;
    const k = product / n + 1n;
    if (product % k !== 0n) continue;
    const sum = n + 1n - product / k;
    const root = integerSquareRoot(sum * sum - 4n * n);
    if (root === undefined) continue;
    const [p, q] = [(sum + root) / 2n, (sum - root) / 2n];
    if (q > 1n && p * q === n) return [p, q];
  }
  return undefined;
}

/** The whole square root by Newton's method; nothing for a negative number. */
function integerSquareRoot(square: bigint): bigint | undefined {
  if (square < 2n) return square < 0n ? undefined : square;
  let root = 1n << BigInt(Math.ceil(square.toString(2).length / 2));
  for (;;) {
    const next = (root + square / root) / 2n;
    if (next >= root) return root;
    root = next;
  }
}

/** The method of NIST SP 800-56B appendix C, which works for every exponent. */
function primesBySquareRoots(n: bigint, multiple: bigint): [p: bigint, q: bigint] {
  let odd = multiple;
  let twos = 0;
  while (odd % 2n === 0n) {
    odd /= 2n;
    twos += 1;
  }
  for (const base of bases) {
    // A square root of one that is neither 1 nor -1 shares a factor with n when one is subtracted.
    let x = power(base, odd, n);
    for (let i = 0; i < twos && x !== 1n && x !== n - 1n; i += 1) {
      const square = (x * x) % n;
      if (square === 1n) {
        const p = gcd(x - 1n, n);
        const q = n / p;
        if (p > 1n && q > 1n && p * q === n) return p > q ? [p, q] : [q, p];
      }
      x = square;
    }
  }
  throw unusable("n, e and d do not belong together");
}

function power(base: bigint, exponent: bigint, modulus: bigint): bigint {
  let result = 1n;
  let square = base % modulus;
  for (const bit of exponent.toString(2).split("").toReversed()) {
    if (bit === "1") result = (result * square) % modulus;
    square = (square * square) % modulus;
  }
  return result;
}

function gcd(a: bigint, b: bigint): bigint {
  while (b !== 0n) [a, b] = [b, a % b];
  return a;
}

function inverse(value: bigint, modulus: bigint): bigint {
  let [r0, r1, s0, s1] = [modulus, value % modulus, 0n, 1n];
  while (r1 !== 0n) {
    const quotient = r0 / r1;
    [r0, r1] = [r1, r0 - quotient * r1];
    [s0, s1] = [s1, s0 - quotient * s1];
  }
  return s0 < 0n ? s0 + modulus : s0;
}

function toBigInt(member: string): bigint {
  return BigInt(`0x${Buffer.from(base64url.decode(member)).toString("hex") || "0"}`);
}

function fromBigInt(value: bigint): string {
  const hex = value.toString(16);
  return base64url.encode(Buffer.from(hex.length % 2 === 0 ? hex : `0${hex}`, "hex"));
}

function unusable(reason: string) {
  return errors.ERR_KEY_UNUSABLE({ details: { reason } });
}
