import { z } from "zod";

/**
 * Every parameter a bank sent the browser back with, as delivered, repeated ones kept apart. Far longer values than any bank's get through: whoever
 * knows the attempt must see them to end it, and a request of the wrong form would leave it open.
 */
export const returnedParameters = z.array(z.strictObject({ name: z.string().max(100), value: z.string().max(100_000) })).max(30);
