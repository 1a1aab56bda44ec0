import type { Page } from "playwright-core";

/** Everything that a script on the page could find, by where it lies: the stores of its origin with what is in them, not their names alone. */
export const keptByPage = (page: Page): Promise<Record<string, string>> =>
  page.evaluate<Record<string, string>>(`(async () => {
    const answerOf = (request) => new Promise((resolve, reject) => {
      request.onsuccess = () => resolve(request.result);
      request.onerror = () => reject(request.error);
    });
    // Kept values need not be plain: bytes, maps, dates and keys of scripts are told as well.
    const told = (value) => JSON.stringify(value, (_, one) => {
      if (one instanceof ArrayBuffer) return new TextDecoder("latin1").decode(one);
      if (ArrayBuffer.isView(one)) return new TextDecoder("latin1").decode(one);
      if (one instanceof Map || one instanceof Set) return [...one];
      return typeof one === "bigint" ? String(one) : one;
    });
    const databases = [];
    for (const { name } of await indexedDB.databases()) {
      const database = await answerOf(indexedDB.open(name));
      for (const store of database.objectStoreNames) {
        const rows = database.transaction(store).objectStore(store);
        databases.push([name, store, await answerOf(rows.getAllKeys()), await answerOf(rows.getAll())]);
      }
      database.close();
    }
    const cached = [];
    for (const name of await caches.keys()) {
      const cache = await caches.open(name);
      for (const request of await cache.keys()) {
        const answer = await cache.match(request, { ignoreVary: true });
        cached.push([name, request.url, [...request.headers], [...answer.headers], await answer.text()]);
      }
    }
    return {
      localStorage: JSON.stringify({ ...localStorage }),
      sessionStorage: JSON.stringify({ ...sessionStorage }),
      cookie: document.cookie,
      state: String(JSON.stringify(history.state)),
      location: location.href,
      databases: told(databases),
      caches: told(cached),
    };
  })()`);
