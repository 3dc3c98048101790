// An OpenID provider for tests: one client, whoever is named signs in and consents without a page.
// node server.mjs PORT REDIRECT_URI…
import { createServer } from "node:http";
import { Provider, interactionPolicy } from "oidc-provider";

const [port, ...redirectUris] = process.argv.slice(2);
const issuer = `http://127.0.0.1:${port}`;
const policy = interactionPolicy.base();
policy.get("consent").checks.clear();

const provider = new Provider(issuer, {
  clients: [
    {
      client_id: "ecopy",
      client_secret: "the provider's secret for tests",
      redirect_uris: redirectUris,
      response_types: ["code"],
      grant_types: ["authorization_code"],
    },
  ],
  acrValues: ["one-factor", "two-factors"],
  pkce: { required: () => true },
  features: { devInteractions: { enabled: false } },
  interactions: { policy, url: (_, interaction) => `/who/${interaction.uid}` },
  cookies: { keys: ["tests only"] },
  findAccount: (_, id) => ({ accountId: id, claims: () => ({ sub: id }) }),
  loadExistingGrant: async (ctx) => {
    const grant = new ctx.oidc.provider.Grant({
      clientId: ctx.oidc.client.clientId,
      accountId: ctx.oidc.session.accountId,
    });
    grant.addOIDCScope("openid");
    await grant.save();
    return grant;
  },
});

// Who signs in, and how well, stands in the address: GET /who/UID?as=SUBJECT&acr=two-factors, or &abort=yes
createServer(async (request, response) => {
  const url = new URL(request.url, issuer);
  if (!url.pathname.startsWith("/who/")) {
    return provider.callback()(request, response);
  }
  const wanted = url.searchParams;
  const result = wanted.get("abort")
    ? { error: "access_denied", error_description: "not today" }
    : { login: { accountId: wanted.get("as"), acr: wanted.get("acr") ?? "one-factor" } };
  try {
    await provider.interactionFinished(request, response, result, { mergeWithLastSubmission: false });
  } catch (fault) {
    response.writeHead(400).end(String(fault));
  }
}).listen(Number(port), "127.0.0.1", () => console.log("listening"));
