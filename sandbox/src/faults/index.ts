import type { Fault } from './fault.ts';

/** Every fault the bank knows, one file a group. */
export const allFaults: readonly Fault<unknown>[] = [];
