// What a layer is: numbered, immutable archives that versions of functions lay under /opt.
import type { CodePackage, ResourcePolicy, Scope } from "../function.ts";

export interface LayerName extends Scope {
  readonly name: string;
}

export interface LayerFacts {
  readonly description: string;
  readonly runtimes: readonly string[];
  readonly architectures: readonly string[];
  readonly license: string | undefined;
}

export interface LayerVersion extends LayerName, LayerFacts {
  readonly version: number;
  readonly code: CodePackage;
  readonly createdMs: number;
  readonly policy: ResourcePolicy | undefined;
}

export interface Layers {
  /** The next version of a layer, the first one of a new layer. Numbers are never given twice. */
  publish(at: LayerName, code: CodePackage, facts: LayerFacts): Promise<LayerVersion>;
  find(at: LayerName, version: number): Promise<LayerVersion | undefined>;
  /** Newest first, below version `before` (exclusive). */
  versions(at: LayerName, before: number | undefined, limit: number): Promise<readonly LayerVersion[]>;
  /** The newest version of each layer that has one, by name, after `afterName` (exclusive). */
  list(scope: Scope, afterName: string | undefined, limit: number): Promise<readonly LayerVersion[]>;
  /** False when there was none. Versions of functions that use it keep its content. */
  remove(at: LayerName, version: number): Promise<boolean>;
  /** Undefined when there is no such version; asked again when somebody else was faster. */
  changePolicy(at: LayerName, version: number, decide: (current: ResourcePolicy | undefined) => ResourcePolicy | undefined): Promise<LayerVersion | undefined>;
}
