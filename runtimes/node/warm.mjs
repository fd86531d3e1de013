// Loaded once before a function is, so that the way of loading an ES module is warm.
export const handler = async () => undefined;
