// The order of the arguments of every queued `op` method: op.ts makes intents from calls by it, scripts/render.ts calls from intents.
import type { IntentKind, IntentMap } from './intent'

/** Signatures holds, per method, the names of its arguments in order. */
export const signatures = {
  createTable: ['table', 'options'],
  dropTable: ['table'],
  renameTable: ['table', 'to'],
  commentTable: ['table', 'text'],
  addColumn: ['table', 'column', 'options'],
  dropColumn: ['table', 'name'],
  renameColumn: ['table', 'from', 'to'],
  alterColumn: ['table', 'name', 'change'],
  createPrimaryKey: ['table', 'primaryKey', 'options'],
  dropPrimaryKey: ['table', 'name'],
  createUnique: ['table', 'unique', 'options'],
  dropUnique: ['table', 'constraint'],
  createForeignKey: ['table', 'foreignKey', 'options'],
  dropForeignKey: ['table', 'constraint'],
  createCheck: ['table', 'check', 'options'],
  dropCheck: ['table', 'constraint'],
  createExclusion: ['table', 'exclusion', 'options'],
  dropExclusion: ['table', 'constraint'],
  renameConstraint: ['table', 'from', 'to'],
  validateConstraint: ['table', 'name'],
  createIndex: ['table', 'index', 'options'],
  dropIndex: ['table', 'name', 'options'],
  renameIndex: ['table', 'from', 'to'],
  createEnum: ['enum', 'options'],
  dropEnum: ['enum'],
  addEnumValue: ['enum', 'value', 'position'],
  renameEnum: ['enum', 'to'],
  renameEnumValue: ['enum', 'from', 'to'],
  replaceEnum: ['enum', 'values', 'options'],
  createView: ['view', 'options'],
  dropView: ['view'],
  createSchema: ['schema', 'options'],
  dropSchema: ['schema'],
  createExtension: ['extension', 'options'],
  dropExtension: ['extension'],
  createSequence: ['sequence', 'options'],
  dropSequence: ['sequence'],
  execute: ['sql', 'parameters'],
  bulkInsert: ['table', 'rows'],
} as const satisfies { readonly [K in IntentKind]: readonly (keyof IntentMap[K])[] }

/** Signatures is the type of that table. */
export type Signatures = typeof signatures
