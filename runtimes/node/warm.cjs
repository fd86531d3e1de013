// Loaded once before a function is, and forgotten, so that the way of loading a CommonJS module is warm.
exports.handler = async () => undefined;
