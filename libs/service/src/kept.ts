/** A bounded memory of what has been worked out: the oldest goes when there is no room. */
export interface Kept<Value> {
  get(key: string): Value | undefined;
  set(key: string, value: Value): void;
  delete(key: string): void;
  readonly size: number;
}

/** @param most how many values are kept at the most */
export function keep<Value>(most: number): Kept<Value> {
  const values = new Map<string, Value>();
  return {
    get: (key) => values.get(key),
    set(key, value) {
      // Anew at the end: the order is that of the last setting.
      values.delete(key);
      values.set(key, value);
      if (values.size <= most) return;
      const [oldest] = values.keys();
      if (oldest !== undefined) values.delete(oldest);
    },
    delete: (key) => void values.delete(key),
    get size() {
      return values.size;
    },
  };
}
