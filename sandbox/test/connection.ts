import { visit } from "./browser.ts";
import type { TokenAnswer, Tpp } from "./tpp.ts";

export interface Connection {
  readonly authorizationId: string;
  readonly token: string;
  readonly tokens: TokenAnswer;
}

/** A person connected through the real pages, with a token that works. */
export async function connect(
  tpp: Tpp,
  { psuId = "88888881", body, only }: { psuId?: string; body?: object; only?: Record<string, readonly string[]> } = {},
): Promise<Connection> {
  const { authorizationId } = (await tpp.createAuthorization(body)).body;
  const { parameters } = await visit(tpp.authorizeUrl(tpp.requestObject(authorizationId)), { psuId, ...(only === undefined ? {} : { only }) });
  const answer = await tpp.exchange(parameters.get("code") ?? "");
  if (answer.status !== 200) throw new Error(answer.text);
  return { authorizationId, token: answer.body.access_token, tokens: answer.body };
}

/** Everything of one list, page by page until no token comes. */
export async function readAll(tpp: Tpp, path: string, token: string): Promise<{ rows: Record<string, unknown>[]; pages: number }> {
  const rows: Record<string, unknown>[] = [];
  let next: string | undefined;
  let pages = 0;
  do {
    const query = next === undefined ? "" : `?continuationToken=${encodeURIComponent(next)}`;
    const page = await tpp.api<{ transactions: Record<string, unknown>[]; continuationToken?: string }>(`${path}${query}`, token);
    if (page.status !== 200) throw new Error(page.text);
    rows.push(...page.body.transactions);
    next = page.body.continuationToken;
    pages += 1;
  } while (next !== undefined);
  return { rows, pages };
}
