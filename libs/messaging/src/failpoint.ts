/**
 * Named points at which a test may stop the world (DR-T12). Production code passes none.
 *
 * relay: `claimed` (rows locked), `published` (acknowledged by the broker), `marked` (before commit), `committed`
 * consumer: `received`, `inserted` (inbox written), `handled` (effect written), `committed` (before the acknowledgement),
 * `acknowledged`
 */
export type FailpointName =
  | "relay.claimed"
  | "relay.published"
  | "relay.marked"
  | "relay.committed"
  | "consumer.received"
  | "consumer.inserted"
  | "consumer.handled"
  | "consumer.committed"
  | "consumer.acknowledged";

export type Failpoint = (name: FailpointName) => void | Promise<void>;

export const noFailpoint: Failpoint = () => undefined;
