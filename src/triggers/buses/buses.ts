// Event buses as the EventBridge door, S3's notifications and destinations of functions know them: buses, rules, targets, and nothing of any wire.
import type { Scope } from "../../functions/function.ts";
import { partitionOf } from "../../kernel/arn.ts";
import type { PolicyDocument } from "../../kernel/policy.ts";
import type { Sender, Sending } from "../queues/queues.ts";

export interface BusRef extends Scope {
  readonly name: string;
}

type Tags = Readonly<Record<string, string>>;

export interface BusRecord extends BusRef {
  readonly arn: string;
  /** The bus that everybody has was never made. */
  readonly createdMs?: number;
  readonly modifiedMs?: number;
  readonly description?: string;
  readonly policy?: PolicyDocument;
  readonly tags: Tags;
}

/** What a target gets instead of the event. */
export type TargetInput =
  | { readonly kind: "constant"; readonly text: string }
  | { readonly kind: "path"; readonly path: string }
  /** `paths`: where in the event the names of the template are. */
  | { readonly kind: "template"; readonly paths: Readonly<Record<string, string>>; readonly template: string };

export interface Target {
  /** Unique in its rule. */
  readonly id: string;
  readonly arn: string;
  readonly role?: string;
  readonly input?: TargetInput;
  /** Of messages to a FIFO queue. */
  readonly groupId?: string;
  /** Where in the event a stream's partition key is; absent: the event's id is the key. */
  readonly partitionKeyPath?: string;
  readonly deadLetterArn?: string;
  /** Kept to be told: whatever a target here refuses, it would refuse again. */
  readonly retry?: { readonly attemptsMax?: number; readonly ageSecondsMax?: number };
}

export interface RuleSettings {
  /** JSON as sent. */
  readonly pattern?: string;
  readonly schedule?: string;
  readonly enabled: boolean;
  readonly description?: string;
  readonly role?: string;
}

export interface RuleRecord extends Scope, RuleSettings {
  readonly bus: string;
  readonly name: string;
  readonly arn: string;
  readonly createdBy: string;
  readonly targets: readonly Target[];
  readonly tags: Tags;
  /** Of the schedule as it is now; ticks of an earlier one are not heard. */
  readonly beat?: { readonly id: string; readonly sinceMs: number };
}

/** Something that happened, as a bus carries it. */
export interface BusEvent {
  readonly id: string;
  readonly source: string;
  readonly detailType: string;
  /** A JSON object. */
  readonly detail: string;
  readonly account: string;
  readonly region: string;
  readonly timeMs: number;
  readonly resources: readonly string[];
  readonly traceHeader?: string;
}

export interface BusRecords {
  /** The one that everybody has is always there. */
  find(ref: BusRef): Promise<BusRecord | undefined>;
  /** False when the name is taken. */
  create(ref: BusRef, facts: Pick<BusRecord, "description" | "tags">): Promise<BusRecord | undefined>;
  /** By name. */
  list(scope: Scope): Promise<readonly BusRecord[]>;
  /** Undefined when there is no such bus; `decide` is asked again on a conflict and may throw. */
  change(ref: BusRef, decide: (bus: BusRecord) => { readonly [Name in "description" | "policy" | "tags"]?: BusRecord[Name] | undefined }): Promise<BusRecord | undefined>;
  /** It is no error when there is none; `has-rules`: nothing was removed. */
  remove(ref: BusRef): Promise<"done" | "has-rules">;
}

export interface RuleRecords {
  find(bus: BusRef, name: string): Promise<RuleRecord | undefined>;
  /** Made or replaced; targets stay, and tags of a rule that is there already. Undefined when there is no such bus. */
  put(bus: BusRef, name: string, settings: RuleSettings, facts: Pick<RuleRecord, "createdBy" | "tags">): Promise<RuleRecord | undefined>;
  /** Undefined when there is no such rule; `decide` is asked again on a conflict and may throw. */
  change(bus: BusRef, name: string, decide: (rule: RuleRecord) => Partial<Pick<RuleRecord, "enabled" | "targets" | "tags">>): Promise<RuleRecord | undefined>;
  /** It is no error when there is none. `has-targets`: nothing was removed, which only happens without `force`. */
  remove(bus: BusRef, name: string, force: boolean): Promise<"done" | "has-targets">;
  /** All of a bus, by name. */
  list(bus: BusRef): Promise<readonly RuleRecord[]>;
}

/** Everything about buses; see `openBuses`. */
export interface Buses extends Disposable {
  readonly records: BusRecords;
  readonly rules: RuleRecords;
  /** Durable for every target of every rule when it resolves; a bus that is not there takes the event and does nothing with it, as on the original. */
  put(events: readonly { readonly bus: BusRef; readonly event: BusEvent }[]): Promise<void>;
  /** An event as part of another commit; undefined when the bus is not there. On a conflict ask again. */
  delivery(bus: BusRef, event: BusEvent): Promise<Sending | undefined>;
  /** What a rule's schedule sends to its targets at its time. */
  firing(rule: RuleRecord, timeMs: number): Promise<Sending>;
  /** May this account, or this service, put events on the bus, by its policy? */
  mayPut(ref: BusRef, by: { readonly kind: "account"; readonly account: string } | { readonly kind: "service"; readonly sender: Sender }): Promise<boolean>;
}

/** The one that every account has in every region. */
export const DEFAULT_BUS = "default";

export const busArn = ({ account, region, name }: BusRef): string => `arn:${partitionOf(region)}:events:${region}:${account}:event-bus/${name}`;

export const ruleArn = ({ account, region, name: bus }: BusRef, name: string): string =>
  `arn:${partitionOf(region)}:events:${region}:${account}:rule/${bus === DEFAULT_BUS ? "" : `${bus}/`}${name}`;

/** The bus an ARN names; undefined when it is no bus's. */
export function busOfArn(arn: string): BusRef | undefined {
  const [, region, account, name] = /^arn:[^:]+:events:([^:]+):(\d{12}):event-bus\/([/.\w-]{1,256})$/.exec(arn) ?? [];
  return region === undefined || account === undefined || name === undefined ? undefined : { region, account, name };
}
