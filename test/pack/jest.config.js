// The packed package in projects of its own: slow, needs the registry, so a run apart from `npm test`.
const { projects } = require('../../jest.config')

module.exports = {
  rootDir: '../..',
  testEnvironment: 'node',
  transform: projects[0].transform,
  testMatch: ['<rootDir>/test/pack/*.test.ts'],
  modulePathIgnorePatterns: ['<rootDir>/dist/', '<rootDir>/.tmp/'],
  testTimeout: 300_000,
}
