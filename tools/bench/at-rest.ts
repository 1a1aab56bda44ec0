import { tppRegistryRoutes } from "@opl/contracts/http/tpp-registry";
import { createClient } from "@opl/service";
import { operatorTokens } from "../setup/ask.ts";
import type { Product } from "../up/product.ts";

/**
 * Resolves when nothing is left to do at any bank: a start waits for the first registration only, and the others would share the processors
 * with what is measured.
 */
export async function atRest(product: Product): Promise<void> {
  const registry = createClient(tppRegistryRoutes, {
    baseUrl: product.urlOf("tpp-registry"),
    audience: "tpp-registry",
    tokens: operatorTokens(product.secretsDir),
  });
  const settled = async (): Promise<boolean> => {
    const { actions } = await registry.planDesiredState({ body: { document: null } });
    return actions.every(({ action }) => action === "none");
  };
  while (!(await settled())) await new Promise((resolve) => setTimeout(resolve, 250));
}
