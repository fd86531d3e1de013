// The sample events by name: `source:kind`, as `s3:put`; a source's file is read when one of its events is asked for.
import { UserError } from "../cli/user-error.ts";
import type { SampleEvent, SampleEvents } from "./facts.ts";

const sources: Readonly<Record<string, () => Promise<SampleEvents>>> = {
  s3: async () => (await import("./sources/s3.ts")).s3,
  sqs: async () => (await import("./sources/messages.ts")).sqs,
  sns: async () => (await import("./sources/messages.ts")).sns,
  apigw: async () => (await import("./sources/http.ts")).apigw,
  url: async () => (await import("./sources/http.ts")).functionUrl,
  alb: async () => (await import("./sources/http.ts")).alb,
  dynamodb: async () => (await import("./sources/streams.ts")).dynamodb,
  kinesis: async () => (await import("./sources/streams.ts")).kinesis,
  kafka: async () => (await import("./sources/brokers.ts")).kafka,
  activemq: async () => (await import("./sources/brokers.ts")).activemq,
  rabbitmq: async () => (await import("./sources/brokers.ts")).rabbitmq,
  eventbridge: async () => (await import("./sources/eventbridge.ts")).eventbridge,
  logs: async () => (await import("./sources/observability.ts")).logs,
  ses: async () => (await import("./sources/mail.ts")).ses,
  cognito: async () => (await import("./sources/cognito.ts")).cognito,
  cloudformation: async () => (await import("./sources/developer-tools.ts")).cloudformation,
  config: async () => (await import("./sources/developer-tools.ts")).config,
  codepipeline: async () => (await import("./sources/developer-tools.ts")).codepipeline,
  codecommit: async () => (await import("./sources/developer-tools.ts")).codecommit,
  codebuild: async () => (await import("./sources/developer-tools.ts")).codebuild,
  codedeploy: async () => (await import("./sources/developer-tools.ts")).codedeploy,
  secretsmanager: async () => (await import("./sources/developer-tools.ts")).secretsmanager,
  ecr: async () => (await import("./sources/eventbridge.ts")).ecr,
  autoscaling: async () => (await import("./sources/eventbridge.ts")).autoscaling,
  "s3-object-lambda": async () => (await import("./sources/s3-others.ts")).s3ObjectLambda,
  "s3-batch": async () => (await import("./sources/s3-others.ts")).s3Batch,
  appsync: async () => (await import("./sources/appsync.ts")).appsync,
  connect: async () => (await import("./sources/talk.ts")).connect,
  lex: async () => (await import("./sources/talk.ts")).lex,
  alexa: async () => (await import("./sources/talk.ts")).alexa,
  iot: async () => (await import("./sources/devices.ts")).iot,
  cloudfront: async () => (await import("./sources/edge.ts")).cloudfront,
  lattice: async () => (await import("./sources/edge.ts")).lattice,
  "client-vpn": async () => (await import("./sources/edge.ts")).clientVpn,
};

/** Every event there is, in the order of the table. */
export async function allEvents(): Promise<readonly { readonly name: string; readonly event: SampleEvent }[]> {
  const loaded = await Promise.all(Object.entries(sources).map(async ([source, load]) => Object.entries(await load()).map(([kind, event]) => ({ name: `${source}:${kind}`, event }))));
  return loaded.flat();
}

/** The event of a name; a source alone means its first. A UserError that lists what there is. */
export async function findEvent(name: string): Promise<SampleEvent> {
  const [source = "", kind] = name.split(":");
  const load = Object.hasOwn(sources, source) ? sources[source] : undefined;
  if (!load) throw new UserError(`There is no sample event ${name}. \`fugaz events\` lists them; their sources are ${Object.keys(sources).join(", ")}.`);
  const events = await load();
  const found = kind === undefined ? Object.values(events)[0] : Object.hasOwn(events, kind) ? events[kind] : undefined;
  if (!found) throw new UserError(`There is no sample event ${name}. Of ${source} there are: ${Object.keys(events).map((each) => `${source}:${each}`).join(", ")}.`);
  return found;
}
