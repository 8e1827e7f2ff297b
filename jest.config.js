'use strict'

const { availableParallelism } = require('node:os')

// Three projects: what knows no TypeORM runs once; the rest runs on both majors.
const transform = {
  '^.+\\.ts$': [
    '@swc/jest',
    {
      swcrc: false,
      module: { type: 'commonjs', ignoreDynamic: true },
      jsc: {
        target: 'es2022',
        parser: { syntax: 'typescript', decorators: true },
        transform: { legacyDecorator: true, decoratorMetadata: true },
      },
    },
  ],
}

const pure = ['model', 'operations', 'diff', 'graph', 'lint', 'scripts']
// What costs processes, reads no entity, or reaches its server by the plain driver: TypeORM's major makes no difference there.
const once = [
  'acceptance/shared-names',
  'cli/bad-input',
  'cli/commands',
  'cli/in-the-way',
  'cli/init',
  'cli/json-log',
  'cli/passwords',
  'cli/pooler',
  'cli/print',
  'cli/prompts',
  'cli/refused',
  'cli/renames',
  'cli/settings',
  'cli/status',
  'cli/wait',
  'commands/bad-input',
  'commands/files',
  'commands/init',
  'commands/many-revisions',
  'commands/print',
  'commands/rebase',
  'dialects/[^/]+',
  'dialects/postgres/[^/]+',
  'dialects/sqlite/parse',
  'loader/compilers',
  'loader/exports',
  'loader/metadata',
  'loader/register',
  'loader/sources',
  'loader/tsconfig',
  'where/init',
]
// As dear and as indifferent to the major, run where fewer others are.
const onceOn03 = ['soak/postgres-kill']
const elsewhere = ['/node_modules/', '/fixtures/', '<rootDir>/test/pack/']
const base = {
  transform,
  testEnvironment: '<rootDir>/test/support/environment.js',
  testPathIgnorePatterns: elsewhere,
  modulePathIgnorePatterns: ['<rootDir>/dist/', '<rootDir>/.tmp/', '/fixtures/.*package\\.json$'],
}

const lane = (displayName, typeormPackage) => ({
  ...base,
  displayName,
  testMatch: ['<rootDir>/test/**/*.test.ts'],
  testPathIgnorePatterns: [
    ...elsewhere,
    ...pure.map((room) => `<rootDir>/test/${room}/`),
    '<rootDir>/test/[^/]+\\.test\\.ts$',
    ...(typeormPackage === 'typeorm' ? onceOn03 : once).map((story) => `<rootDir>/test/${story}.test.ts$`),
  ],
  moduleNameMapper: typeormPackage === 'typeorm' ? {} : { '^typeorm$': typeormPackage },
  globals: { typeormPackage },
  // Of both lanes the same files, so they run once; the core alone needs no server and starts none.
  globalSetup: '<rootDir>/test/support/global-setup.js',
  globalTeardown: '<rootDir>/test/support/global-teardown.js',
})

module.exports = {
  // Databases and child processes on a busy machine: a hang must fail, slowness must not.
  testTimeout: 30_000,
  // Suites wait for servers and child processes a good part of the time, so there are more of them than cores.
  maxWorkers: Math.ceil(availableParallelism() * 1.5),
  testSequencer: '<rootDir>/test/support/sequencer.js',
  projects: [
    {
      ...base,
      displayName: 'core',
      testMatch: ['<rootDir>/test/*.test.ts', ...pure.map((room) => `<rootDir>/test/${room}/**/*.test.ts`)],
    },
    lane('typeorm 1', 'typeorm'),
    lane('typeorm 0.3', 'typeorm-0.3'),
  ],
}
