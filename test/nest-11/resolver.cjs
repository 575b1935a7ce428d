/**
 * Resolves Nest, and all that imports it, in the folder that NEST_FOLDER names, wherever it is imported from. So each
 * package exists once, although the workspace has another version.
 */
const { join } = require('node:path');

const folder = process.env.NEST_FOLDER;
const redirected = Object.keys(require(join(folder, 'package.json')).dependencies);

module.exports = (specifier, options) => {
  const isRedirected = redirected.some((name) => specifier === name || specifier.startsWith(`${name}/`));
  return options.defaultResolver(specifier, isRedirected ? { ...options, basedir: folder } : options);
};
