import { z } from "zod";

/** One line that a person writes, trimmed. Control characters and halves of characters are no part of one, and no database column takes them all. */
export const line = (max: number) =>
  z
    .string()
    .trim()
    .min(1)
    .max(max)
    .refine((text) => text.isWellFormed() && !/\p{Cc}/u.test(text), "one line of text, without control characters");
