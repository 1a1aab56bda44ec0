import { readFileSync } from "node:fs";
import { visitBank } from "../../e2e/person.ts";
import { redirectUri, Tpp } from "../../sandbox/test/tpp.ts";
import type { Product } from "../up/product.ts";

/** A person's permission in the hands of a client that shares nothing with ours but the wire: what the bank itself takes, and no more. */
export class BareClient {
  private token = "";
  private readonly tpp: Tpp;

  private constructor(tpp: Tpp) {
    this.tpp = tpp;
  }

  static async registered(product: Product): Promise<BareClient> {
    // The independent client asks for nothing but addresses and the authority's certificate.
    return new BareClient(await Tpp.registered({ endpoints: product.sandbox, ca: readFileSync(product.sandbox.caFile, "utf8") } as never));
  }

  /** The person approves. @returns the code the bank sends them back with */
  async approve(bankPsu: string): Promise<string> {
    const { body } = await this.tpp.createAuthorization();
    const returned = await visitBank(this.tpp.authorizeUrl(this.tpp.requestObject(body.authorizationId)), bankPsu, "approve");
    return new URLSearchParams(new URL(returned).hash.slice(1)).get("code") ?? "";
  }

  async exchange(code: string): Promise<void> {
    const tokens = await this.tpp.token<{ access_token: string }>({ grant_type: "authorization_code", code, redirect_uri: redirectUri });
    this.token = tokens.body.access_token;
  }

  async accounts(): Promise<readonly { readonly accountId: string }[]> {
    return this.ask("/accounts");
  }

  /** Every page of every account, the accounts side by side. @returns how many transactions there were */
  async readAll(): Promise<number> {
    const counts = await Promise.all((await this.accounts()).map(({ accountId }) => this.readAccount(accountId)));
    return counts.reduce((sum, count) => sum + count, 0);
  }

  private async readAccount(accountId: string): Promise<number> {
    let count = 0;
    for (let query = ""; ;) {
      const page = await this.ask<{ transactions: unknown[]; continuationToken?: string }>(`/accounts/${accountId}/transactions${query}`);
      count += page.transactions.length;
      if (page.continuationToken === undefined) return count;
      query = `?continuationToken=${encodeURIComponent(page.continuationToken)}`;
    }
  }

  private async ask<T>(path: string): Promise<T> {
    const answer = await this.tpp.api<T>(path, this.token);
    if (answer.status !== 200) throw new Error(`the bank answered ${answer.status}`);
    return answer.body;
  }
}
