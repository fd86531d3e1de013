// The whole wire in one call for tests: a listener with the AWS door on the real models, serving the services a test makes up.
import { systemClock } from "../main/system-clock.ts";
import { type AwsDoorOptions, createAwsDoor, type Failure } from "./aws-door.ts";
import { startListener } from "./listener.ts";
import type { Model } from "./model.ts";
import { loadModel, loadModelIndex } from "./models/load-model.ts";
import type { TestListener } from "./serve-for-test.ts";
import { type BoundService, bindService, defineService, type Handlers, type ServiceOptions } from "./service.ts";

export interface TestCloud extends TestListener {
  readonly endpoint: string;
  readonly failures: readonly Failure[];
}

export async function serveServices(services: readonly BoundService[], options: Partial<AwsDoorOptions> = {}): Promise<TestCloud> {
  const failures: Failure[] = [];
  const logged: string[] = [];
  const cache = new Map<string, Model>();
  const door = createAwsDoor({
    services,
    region: "us-east-1",
    account: "000000000000",
    clock: systemClock,
    models: { index: loadModelIndex(), load: (id) => loadModel(id, cache) },
    onFailure: (failure) => failures.push(failure),
    ...options,
  });
  const logger = { error: (_fields: object, message: string): void => void logged.push(message) };
  const listener = await startListener({ host: "127.0.0.1", port: 0, doors: [door], clock: systemClock, logger });
  return { ...listener, logged, failures, endpoint: `http://127.0.0.1:${listener.port}` };
}

/** A service of a real model with made-up handlers and no dependencies. */
export const serviceOf = (id: string, handlers: Handlers<object>, options?: ServiceOptions): BoundService => bindService(defineService(id, handlers, options), {});
