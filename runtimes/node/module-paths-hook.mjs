// The NODE_PATH fallback for versions of Node whose module hooks run asynchronously in their own thread.
import { fallback } from "./module-paths.mjs";

let hook;

export function initialize({ directories }) {
  hook = fallback(() => directories, async (attempt, recover) => {
    try {
      return await attempt();
    } catch (error) {
      return recover(error);
    }
  });
}

export const resolve = (specifier, context, next) => hook(specifier, context, next);
