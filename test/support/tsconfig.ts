// The tsconfig of a project that is built by its own tsc.

/** From `src` to `dist`, for the module system of the package; further compiler options as the project needs them. */
export function builtTsconfig(options: object = {}): string {
  const compilerOptions = {
    target: 'es2022',
    module: 'nodenext',
    rootDir: 'src',
    outDir: 'dist',
    strict: true,
    skipLibCheck: true,
    types: [],
    ...options,
  }
  return JSON.stringify({ compilerOptions, include: ['src'] })
}

/** What TypeORM's decorators want. */
export const decorated = {
  strictPropertyInitialization: false,
  experimentalDecorators: true,
  emitDecoratorMetadata: true,
  types: ['node'],
}
