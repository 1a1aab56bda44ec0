import { randomUUID, type KeyObject } from "node:crypto";
import { readdirSync, readFileSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { makeFolderFor, writeFileAtomic } from "../state/atomic-file.ts";
import { fromPrivateJwk, newRsaKey, privateJwk } from "./keys.ts";

/** Spare RSA keys made ahead of time and kept on disk: a 4096-bit key takes seconds, a registration should not. */
export interface KeyPool {
  /** A key that nobody else gets; waits for generation when the pool is empty. */
  take(): Promise<KeyObject>;
  /** Resolves when the pool holds its full number of spares. */
  full(): Promise<void>;
  close(): void;
}

export function openKeyPool({ folder, bits, spares }: { folder: string; bits: number; spares: number }): KeyPool {
  const suffix = `.rsa${bits}.json`;
  makeFolderFor(join(folder, "any"));
  const ready = readdirSync(folder).filter((name) => name.endsWith(suffix));
  const state = { closed: false };
  let filling: Promise<void> | undefined;

  async function fill(): Promise<void> {
    while (!state.closed && ready.length < spares) {
      const key = await newRsaKey(bits);
      if (state.closed) return;
      const name = `${randomUUID()}${suffix}`;
      writeFileAtomic(join(folder, name), JSON.stringify(privateJwk(key)));
      ready.push(name);
    }
  }

  function refill(): Promise<void> {
    filling ??= fill().finally(() => {
      filling = undefined;
    });
    return filling;
  }

  void refill();
  return {
    async take() {
      const name = ready.shift();
      if (name === undefined) return newRsaKey(bits);
      // Renamed before it is read: a key handed out twice would be worse than one lost.
      const taken = join(folder, `${name}.taken`);
      renameSync(join(folder, name), taken);
      const key = fromPrivateJwk(JSON.parse(readFileSync(taken, "utf8")));
      rmSync(taken);
      void refill();
      return key;
    },
    full: refill,
    close() {
      state.closed = true;
    },
  };
}
