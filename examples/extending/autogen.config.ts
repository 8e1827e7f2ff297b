import { defineConfig } from 'typeorm-autogen'
import { rows } from './src/autogen/commands'
import { operations } from './src/autogen/operations'
import { snakeCase } from './src/autogen/rules'

export default defineConfig({
  dataSource: 'src/data-source.ts',
  migrations: 'src/migrations',
  commands: [rows],
  operations,
  rules: [snakeCase],
})
