/** The version of this package, as the log records it; a constant, since a bundle has no package.json to read. */
export const version = '0.1.0'
