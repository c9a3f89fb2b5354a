// What a clinic's own program does with the service: preview, store, read, list, review, and cope with a refusal.

import type { components, operations } from "./contract.js";

declare const process: { readonly env: Readonly<Record<string, string | undefined>> };

type Json = { readonly "application/json": unknown };
type Sent<Name extends keyof operations> = operations[Name] extends { requestBody: { content: infer Body extends Json } }
  ? Body["application/json"]
  : never;
type Success<Answers> = Answers[Extract<keyof Answers, 200 | 201>];
type Received<Name extends keyof operations> =
  Success<operations[Name]["responses"]> extends { content: infer Body extends Json } ? Body["application/json"] : never;
type Problem = components["schemas"]["ProblemOut"];

class Refused extends Error {
  constructor(readonly problem: Problem) {
    super(problem.title);
  }
}

async function call<Name extends keyof operations>(_: Name, path: string, sent?: Sent<Name>): Promise<Received<Name>> {
  const headers = { Authorization: `Bearer ${process.env["SERVICE_KEY"]}`, "Content-Type": "application/json" };
  const asked = sent === undefined ? { headers } : { method: "POST", headers, body: JSON.stringify(sent) };
  const answer = await fetch(`${process.env["SERVICE_URL"]}${path}`, asked);
  if (!answer.ok) throw new Refused((await answer.json()) as Problem);
  return (await answer.json()) as Received<Name>;
}

const intake: Sent<"preview_recommendation"> = {
  assessed_on: "2026-11-21",
  time_zone: "Europe/London",
  client: { ref: "ts-1", age_years: 34, fitzpatrick: 3, skin_sensitivity: "normal", pregnant: false, breastfeeding: false },
  concerns: [{ concern: "hyperpigmentation", severity: "mild", kind: "post_inflammatory", areas: ["face"] }],
  history: { conditions: [{ code: "immunosuppression", status: "controlled" }], medications: [], allergies: [] },
};
const plans = "/v1/recommendations";

const preview = await call("preview_recommendation", `${plans}/preview`, intake);
const made = await call("create_recommendation", plans, intake);
if (!("decision" in made)) throw new Error(`The plan is withheld: ${made.status}`);
const stored = await call("read_recommendation", `${plans}/${made.id}`);
const page = await call("list_recommendations", `${plans}?client_ref=ts-1`);
const reviewer = { name: "Dr A. Example", role: "dermatologist" };
const review = { outcome: "clear", reviewer, reason: "Seen in person." } as const;
const reviewed = await call("review_recommendation", `${plans}/${made.id}/review`, review);
const wrong = { ...intake, client: { fitzpatrick: 9 } };
const problem = await call("preview_recommendation", `${plans}/preview`, wrong).then(
  () => null,
  (error: unknown) => (error instanceof Refused ? error.problem : Promise.reject(error)),
);

console.log(JSON.stringify({
  preview: { decision: preview.decision, sessions: preview.course?.sessions.typical ?? null },
  made: { decision: made.decision, bookable: made.bookable },
  stored: { id: stored.id === made.id, review: stored.review.state },
  listed: page.items.map((item) => [item.id === made.id, item.client_ref, item.decision]),
  reviewed: { state: reviewed.review.state, bookable: reviewed.bookable },
  problem: { status: problem?.status, code: problem?.code, at: problem?.errors.map((fault) => fault.pointer) },
}));
