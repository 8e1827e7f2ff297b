// What a migration says, as one short text: equal for TypeScript, its JavaScript and any formatting, independent of our DDL.
import { createHash } from 'node:crypto'
import type { Recording, RecordedIntent } from './record'

/** The checksum of both directions; `unknown` where rows, or what was typed, decide what the migration does. */
export function checksum(up: Recording, down: Recording): string {
  if (up.opaque || down.opaque || up.varies || down.varies) return 'unknown'
  const text = JSON.stringify(canonical({ up: up.intents.map(withoutLine), down: down.intents.map(withoutLine) }))
  return `1:${createHash('sha256').update(text).digest('hex')}`
}

function withoutLine(recorded: RecordedIntent): object {
  const said = { ...recorded, at: undefined }
  return said.kind === 'autocommit' ? { ...said, intents: said.intents.map(withoutLine) } : said
}

/** The value with sorted keys, without undefined ones; dates and buffers as JSON has them. */
function canonical(value: unknown): unknown {
  if (typeof value === 'bigint') return { bigint: String(value) }
  if (typeof value !== 'object' || value === null) return value
  if ('toJSON' in value && typeof value.toJSON === 'function') return canonical(value.toJSON())
  if (Array.isArray(value)) return value.map(canonical)
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))
  return Object.fromEntries(entries.map(([key, one]) => [key, canonical(one)]))
}
