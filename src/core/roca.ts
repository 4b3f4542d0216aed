/** The fingerprint of RSA moduli from the broken Infineon library (CVE-2017-15361, "The Return of Coppersmith's Attack", §2). */

const GENERATOR = 65537;
/** The odd primes up to 167: 38 of them. */
const PRIMES = Array.from({ length: 165 }, (_, at) => at + 3).filter((n) => n % 2 === 1 && !hasDivisor(n));

function hasDivisor(n: number): boolean {
  for (let divisor = 3; divisor * divisor <= n; divisor += 2) if (n % divisor === 0) return true;
  return false;
}

/** Is `residue` a power of the generator modulo `prime`? */
function isPower(residue: number, prime: number): boolean {
  let power = 1;
  do {
    if (power === residue) return true;
    power = (power * GENERATOR) % prime;
  } while (power !== 1);
  return false;
}

/** Such primes are 65537^a modulo a product of small primes, so the modulus is a power of 65537 modulo each; chance for another: 2^-27. */
export const isRocaModulus = (modulus: bigint): boolean => PRIMES.every((prime) => isPower(Number(modulus % BigInt(prime)), prime));
